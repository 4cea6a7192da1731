/** A function that has the methods of its class: what makes `was.response(...)` and `was.response.setHeader(...)` one object. */
export class Callable {
  constructor(call: (...args: never[]) => unknown) {
    // oxlint-disable-next-line no-constructor-return
    return Object.setPrototypeOf(call, new.target.prototype) as Callable;
  }
}
