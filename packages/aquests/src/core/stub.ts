/** A remote object: any dotted name on it is a method that sends a request. */
export interface Stub<Sent> {
  (...args: unknown[]): Sent;
  readonly [name: string]: Stub<Sent>;
}

/**
 * A remote object whose methods call `send` with their dotted name: `stub.bbs.query("Beethoven")` is `send("bbs.query", ["Beethoven"])`.
 *
 * It is no promise and shows no symbols, so that it can be awaited, logged and inspected like any value. A type for its methods may be given
 * with `Methods`.
 */
export const makeStub = <Methods>(send: (name: string, args: unknown[]) => unknown): Methods => node("", send) as Methods;

const node = (name: string, send: (name: string, args: unknown[]) => unknown): unknown =>
  new Proxy(noop, {
    get: (_, key) => {
      if (typeof key === "symbol" || (name === "" && key === "then") || key === "toJSON") return undefined;
      return node(name === "" ? key : `${name}.${key}`, send);
    },
    apply: (_, __, args: unknown[]) => send(name, args),
  });

const noop = (): void => {};
