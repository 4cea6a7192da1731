import { AsyncLocalStorage } from "node:async_hooks";
import type { EventEmitter } from "node:events";
import { ReactorError } from "../errors.ts";
import { Was } from "./was.ts";

const storage = new AsyncLocalStorage<Was>();

/** Runs `run`, and everything that it starts, with `current` as the imported {@link was}. */
export const runWith = <Result>(current: Was, run: () => Result): Result => storage.run(current, run);

/**
 * Lets the listeners of an emitter see `current` as the imported {@link was}. Needed where the events come from outside, as those of a request come from its
 * connection.
 */
export const emitWith = (current: Was, emitter: EventEmitter): void => {
  const { emit } = emitter;
  emitter.emit = (...event: Parameters<EventEmitter["emit"]>) => storage.run(current, applyTo, emit, emitter, event);
};

const applyTo = (emit: EventEmitter["emit"], emitter: EventEmitter, event: Parameters<EventEmitter["emit"]>): boolean =>
  emit.apply(emitter, event);

/**
 * The `was` of the request that is being handled, for apps that do not get it as an argument: Express, Koa, Fastify, Hono, ... It follows awaits, timers,
 * streams and events.
 *
 * @throws SKITAI_REACTOR_OUTSIDE_REQUEST when a member is used while no request is handled.
 *
 * @example
 * import { was } from "skitai";
 * app.get("/", (req, res) => res.send(`transaction ${was.gtxid}`));
 */
export const was: Was = new Proxy(Object.create(null), {
  get: (_, name) => {
    const current = storage.getStore();
    if (!current) return outside(name);
    const value: unknown = Reflect.get(current, name, current);
    return typeof value === "function" && name !== "constructor" ? bound(value, current) : value;
  },
  set: (_, name, value) => Reflect.set(storeOf(name), name, value),
  has: (_, name) => name in (storage.getStore() ?? {}),
  deleteProperty: (_, name) => Reflect.deleteProperty(storeOf(name), name),
  defineProperty: (_, name, property) => Reflect.defineProperty(storeOf(name), name, { ...property, configurable: true }),
  ownKeys: () => Reflect.ownKeys(storage.getStore() ?? {}),
  getOwnPropertyDescriptor: (_, name) => {
    const property = Reflect.getOwnPropertyDescriptor(storage.getStore() ?? {}, name);
    // A proxy may not show what its target lacks as fixed.
    return property && { ...property, configurable: true };
  },
  getPrototypeOf: () => {
    const current = storage.getStore();
    return current ? Reflect.getPrototypeOf(current) : Was.prototype;
  },
}) as Was;

const storeOf = (name: string | symbol): Was => {
  const current = storage.getStore();
  if (!current) throw new ReactorError("SKITAI_REACTOR_OUTSIDE_REQUEST", { name: String(name) });
  return current;
};

/** `await`, consoles and test tools look at every object in these ways; they are no use of `was`. */
const outside = (name: string | symbol): undefined => {
  if (typeof name === "symbol" || name === "then" || name === "toJSON") return undefined;
  throw new ReactorError("SKITAI_REACTOR_OUTSIDE_REQUEST", { name });
};

/** A method that works on the object behind the proxy, where its private fields are. Properties of the function itself stay within reach. */
const bound = (method: object, current: Was): unknown =>
  new Proxy(method as (...args: unknown[]) => unknown, { apply: (target, _, args) => Reflect.apply(target, current, args) });
