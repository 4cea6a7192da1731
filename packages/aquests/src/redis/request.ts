import { AquestsError } from "../errors.ts";
import type { Argument } from "./driver.ts";
import { blockingCommands, fieldCommands, readingCommands, refusedClientCommands, refusedCommands } from "./tables.ts";

/** A command, ready to be written. */
export interface RedisRequest {
  /** In lower case. */
  readonly name: string;
  readonly args: Argument[];
  /** The answer is wanted in bytes. */
  readonly isBinary: boolean;
  readonly isReading: boolean;
  readonly isBlocking: boolean;
}

/**
 * The command that a method stands for: `get` and `getBuffer` are GET, `call` and `callBuffer` name it first.
 *
 * @throws SKITAI_AQUESTS_BAD_REQUEST for a command that changes the connection, and for a value that Redis does not have.
 * @example requestOf("hset", ["h", { a: 1 }]) // { name: "hset", args: ["h", "a", "1"], ... }
 */
export const requestOf = (method: string, given: readonly unknown[]): RedisRequest => {
  const isBinary = method.length > 6 && method.endsWith("Buffer");
  let name = isBinary ? method.slice(0, -6) : method;
  let values = given;
  if (name === "call") {
    const [called, ...rest] = given;
    if (typeof called !== "string" || !/^[\w.-]+$/.test(called)) throw badRequest('call() names a command, such as call("JSON.GET", key).');
    name = called;
    values = rest;
  }
  name = name.toLowerCase();
  const args = argumentsOf(name, values);
  if (Object.hasOwn(refusedCommands, name))
    throw badRequest(`${name} would change a connection that others share. ${refusedCommands[name]}`);
  if (name === "client" && refusedClientCommands.has(String(args[0]).toLowerCase()))
    throw badRequest(`client ${String(args[0])} would change a connection that others share.`);
  return {
    name,
    args,
    isBinary,
    isReading: readingCommands.has(name),
    isBlocking: blockingCommands.has(name) || blocksReading(name, args),
  };
};

/** XREAD and XREADGROUP wait where they say BLOCK in front of their streams. */
const blocksReading = (name: string, args: readonly Argument[]): boolean => {
  if (name !== "xread" && name !== "xreadgroup") return false;
  for (const arg of args) {
    const word = String(arg).toLowerCase();
    if (word === "streams") return false;
    if (word === "block") return true;
  }
  return false;
};

const argumentsOf = (name: string, values: readonly unknown[]): Argument[] => {
  // Most commands have texts alone.
  if (values.every((value) => typeof value === "string")) return values as string[];
  const args: Argument[] = [];
  for (const value of values) {
    if (Array.isArray(value)) for (const one of value as readonly unknown[]) args.push(argument(name, one));
    else if (isFields(value) && fieldCommands.has(name))
      for (const [field, one] of value instanceof Map ? (value as Map<unknown, unknown>) : Object.entries(value))
        args.push(argument(name, field), argument(name, one));
    else args.push(argument(name, value));
  }
  return args;
};

const argument = (name: string, value: unknown): Argument => {
  if (typeof value === "string" || Buffer.isBuffer(value)) return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const what = value === null ? "null" : Array.isArray(value) ? "a list in a list" : typeof value === "object" ? "an object" : typeof value;
  throw badRequest(`an argument of ${name} is ${what}. Redis has texts, numbers and bytes; write other values as JSON.`);
};

const isFields = (value: unknown): value is object => {
  if (value instanceof Map) return true;
  const prototype: unknown = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === null;
};

const badRequest = (reason: string): AquestsError => new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason });
