import { duration } from "@skitai/reactor";
import { compileParams, type ArgsCheck } from "../args/params.ts";
import type { Args } from "../args/fields.ts";
import { compileSchema } from "../args/schema.ts";
import { SaddleError } from "../errors.ts";
import { watchFile } from "../hook/file-condition.ts";
import type { SaddleWas } from "../was/types.ts";
import { checkOptions } from "./check-options.ts";
import type { FileCondition, Postwork, Prework, RouteOptions } from "./options.ts";
import { parseRule, type Rule } from "./rule.ts";

/** Calls a handler with arguments that were checked against its declaration. */
export type AnyHandler = (was: SaddleWas, args: Args) => unknown;

/** A route, compiled: everything about it that can be known before a request. */
export interface Route {
  readonly rule: Rule;
  /** The key for `was.ab`; undefined for an anonymous function. */
  readonly name: string | undefined;
  readonly handler: AnyHandler;
  readonly methods: readonly string[] | undefined;
  readonly contentTypes: readonly string[] | undefined;
  /** Names of the rule's parameters, in order. */
  readonly pathNames: readonly string[];
  /** Names of positional arguments: the rule's that are not declared, then the declared ones. */
  readonly positional: readonly string[];
  /** Checks and converts arguments; undefined where nothing is declared. */
  readonly check: ArgsCheck | undefined;
  readonly streams: boolean;
  /** What runs before the handler; undefined when nothing does. */
  readonly preworks: readonly Prework[] | undefined;
  /** What runs after the handler; undefined when nothing does. */
  readonly postworks: readonly Postwork[] | undefined;
}

/**
 * Compiles a route.
 *
 * @throws SKITAI_SADDLE_BAD_RULE, SKITAI_SADDLE_BAD_ROUTE_OPTION, SKITAI_SADDLE_BAD_HANDLER, SKITAI_SADDLE_BAD_OPTION
 */
export const compileRoute = (text: string, options: RouteOptions, handler: AnyHandler): Route => {
  const rule = parseRule(text);
  if (typeof handler !== "function")
    throw new SaddleError("SKITAI_SADDLE_BAD_HANDLER", { rule: text, value: handler === null ? "null" : typeof handler });
  checkOptions(text, options);
  const pathNames = rule.parameters.map(({ name }) => name);
  const declared = Object.keys(options.params ?? {});
  return {
    rule,
    name: options.name ?? (handler.name || undefined),
    handler,
    methods: options.methods?.map((method) => method.toUpperCase()),
    contentTypes: options.contentTypes?.map((type) => type.toLowerCase()),
    pathNames,
    positional: [...pathNames.filter((name) => !declared.includes(name)), ...declared],
    check: options.params ? compileParams(options.params, pathNames) : options.args && compileSchema(options.args, pathNames),
    streams: options.body === "stream",
    preworks: nonEmpty([...conditions(options.ifFileModified), ...several<Prework>(options.preworks)]),
    postworks: nonEmpty(several<Postwork>(options.postworks)),
  };
};

const several = <T>(given: T | readonly T[] | undefined): readonly T[] =>
  given === undefined ? [] : Array.isArray(given) ? (given as readonly T[]) : [given as T];

const conditions = (given: FileCondition | readonly FileCondition[] | undefined): readonly Prework[] => {
  if (given === undefined) return [];
  const all = typeof given[0] === "string" ? [given as FileCondition] : (given as readonly FileCondition[]);
  return all.map(([path, call, interval]) => watchFile(path, call, duration(interval ?? "1s", "ifFileModified")));
};

const nonEmpty = <T>(items: readonly T[]): readonly T[] | undefined => (items.length > 0 ? items : undefined);
