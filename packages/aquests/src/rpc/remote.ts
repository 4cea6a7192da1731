import type { Dispatch } from "../core/dispatch.ts";
import type { MapDispatch } from "../core/map-dispatch.ts";
import type { Stub } from "../core/stub.ts";

/** What a call gives: one result, or with `.map` those of all members. */
export type Sent<To extends "one" | "all", Data> = To extends "one" ? Dispatch<Data> : MapDispatch<Data>;

declare const untyped: unique symbol;

/** No type was given for the methods: each takes and gives anything. */
export interface Untyped {
  readonly [untyped]: never;
}

/**
 * A remote object with the methods of `Methods`, each of which sends a request. Methods may stand in objects: `bbs: { query(name: string): Post[] }`.
 */
export type Remote<Methods, To extends "one" | "all" = "one"> = Methods extends Untyped
  ? Stub<Sent<To, unknown>>
  : TypedRemote<Methods, To>;

type TypedRemote<Methods, To extends "one" | "all"> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => infer Value
    ? (...args: Args) => Sent<To, Awaited<Value>>
    : TypedRemote<Methods[Name], To>;
};

declare const value: unique symbol;

/** A call that goes with others in one request; `Value` is what it will give. */
export interface Planned<Value> {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Expects no answer. */
  readonly notification: boolean;
  readonly [value]?: Value;
}

/** A remote object whose calls are collected for one request; see {@link Remote} for `Methods`. */
export type Plan<Methods = Untyped> = Methods extends Untyped ? Stub<Planned<unknown>> : TypedPlan<Methods>;

type TypedPlan<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => infer Value
    ? (...args: Args) => Planned<Awaited<Value>>
    : TypedPlan<Methods[Name]>;
};

/** What each planned call gives: its value, or the fault. */
export type Answers<Calls extends readonly Planned<unknown>[], Fault> = {
  -readonly [Index in keyof Calls]: Calls[Index] extends Planned<infer Value> ? Value | Fault : never;
};
