import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Duration } from "@skitai/reactor";
import type { HandlerArgs } from "../args/param-args.ts";
import type { Params } from "../args/params.ts";
import type { KnownTypes, RuleArgs } from "./path-args.ts";
import type { SaddleWas } from "../was/types.ts";

/** What a handler can answer with; {@link Saddle.route} says what becomes of each. */
export type Returned = string | number | boolean | object | null;

/** Answers a request. */
export type Handler<HandledArgs> = (was: SaddleWas, args: HandledArgs) => Returned | Promise<Returned>;

/** Runs before a handler. Anything but undefined and null is the answer, and the handler does not run. */
export type Prework = (was: SaddleWas) => unknown;

/** Runs after a handler; what it returns is ignored. */
export type Postwork = (was: SaddleWas) => unknown;

/**
 * A file to look at before the handler runs: `call(was, path)` runs on the first request, and when the file's modification time is newer than
 * at the last look. An answer other than undefined and null takes the handler's place. Looks are `interval` apart, by default a second.
 */
export type FileCondition = readonly [path: string, call: (was: SaddleWas, path: string) => unknown, interval?: Duration];

/** Options of {@link Saddle.route}. */
export interface RouteOptions {
  /** Methods that are served; HEAD comes with GET, and OPTIONS is always answered. @default GET, POST, PUT, PATCH and DELETE */
  readonly methods?: readonly string[];
  /** Media types of request bodies that are taken; a request without one is refused too (415). @default any */
  readonly contentTypes?: readonly string[];
  /** The key for `was.ab(name, ...)`. @default the function's name */
  readonly name?: string;
  /** Arguments that the handler takes, checked and converted; see {@link Params}. */
  readonly params?: Params;
  /** A Standard Schema that all arguments, merged to one object, must fit. Its output is what the handler gets. */
  readonly args?: StandardSchemaV1;
  /** Whether the body is collected before the handler runs, or left to be read from `was.request.stream`. @default "collect" */
  readonly body?: "collect" | "stream";
  readonly preworks?: Prework | readonly Prework[];
  readonly postworks?: Postwork | readonly Postwork[];
  readonly ifFileModified?: FileCondition | readonly FileCondition[];
}

/** {@link RouteOptions} and nothing else: an option of another name does not compile. */
export type Exactly<Options> = Options & { readonly [Name in Exclude<keyof Options, keyof RouteOptions>]: never };

/** `app.route`. */
export interface RouteCall {
  <const Rule extends string, Result extends Handler<RuleArgs<Rule>>>(rule: Rule & KnownTypes<Rule>, handler: Result): Result;
  <const Rule extends string, const Options extends RouteOptions, Result extends Handler<HandlerArgs<Rule, Options>>>(
    rule: Rule & KnownTypes<Rule>,
    options: Exactly<Options>,
    handler: Result,
  ): Result;
}
