/** A function that has the methods of its class: what makes `was.response(...)` and `was.response.setHeader(...)` one object. */
// Its subclasses have the members.
// oxlint-disable-next-line typescript/no-extraneous-class
export class Callable {
  constructor(call: (...args: never[]) => unknown) {
    return Object.setPrototypeOf(call, new.target.prototype) as Callable;
  }
}
