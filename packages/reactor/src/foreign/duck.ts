/** A function whose arguments its caller knows. */
export type Method<Arguments extends unknown[] = unknown[], Result = unknown> = (...args: Arguments) => Result;

/** Whether an object has all these methods. */
export const hasMethods = <Name extends string>(target: object, ...names: Name[]): target is Record<Name, Method> =>
  names.every((name) => typeof Reflect.get(target, name) === "function");
