import { duration } from "@skitai/reactor";
import { compileParams, type ArgsCheck } from "../args/params.ts";
import type { Args } from "../args/fields.ts";
import { compileSchema, isSchema } from "../args/schema.ts";
import { SaddleError } from "../errors.ts";
import { watchFile } from "../hook/file-condition.ts";
import type { SaddleWas } from "../was/types.ts";
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
    methods: options.methods && list("methods", options.methods).map((method) => method.toUpperCase()),
    contentTypes: options.contentTypes && list("contentTypes", options.contentTypes).map((type) => type.toLowerCase()),
    pathNames,
    positional: [...pathNames.filter((name) => !declared.includes(name)), ...declared],
    check: options.params ? compileParams(options.params, pathNames) : options.args && compileSchema(options.args, pathNames),
    streams: options.body === "stream",
    preworks: nonEmpty([...conditions(options.ifFileModified), ...several<Prework>(options.preworks)]),
    postworks: nonEmpty(several<Postwork>(options.postworks)),
  };
};

const known: readonly (keyof RouteOptions)[] = [
  "methods",
  "contentTypes",
  "name",
  "params",
  "args",
  "body",
  "preworks",
  "postworks",
  "ifFileModified",
];

const checkOptions = (rule: string, options: RouteOptions): void => {
  if (options === null || typeof options !== "object")
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", { what: `The options of ${rule}`, value: options, hint: "Use an object." });
  const unknown = Object.keys(options).find((name) => !known.includes(name as keyof RouteOptions));
  if (unknown !== undefined) throw new SaddleError("SKITAI_SADDLE_BAD_ROUTE_OPTION", { rule, option: unknown, known: known.join(", ") });
  const { params, args, body, name } = options;
  if (params && args)
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", {
      what: "args",
      value: "a schema beside params",
      hint: "Declare arguments by one of the two.",
    });
  if (params !== undefined && (params === null || typeof params !== "object" || isSchema(params))) {
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", {
      what: "params",
      value: typeof params,
      hint: 'Use names and types: { id: "int" }. A schema belongs to args.',
    });
  }
  if (args !== undefined && !isSchema(args))
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", {
      what: "args",
      value: typeof args,
      hint: "Use a Standard Schema (Zod, Valibot, ArkType, ...).",
    });
  if (body !== undefined && body !== "collect" && body !== "stream")
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", { what: "body", value: body, hint: 'Use "collect" or "stream".' });
  if (name !== undefined && !/^[^./][^.]*$/.test(name))
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", { what: "name", value: name, hint: "A name holds no dot and begins with no slash." });
};

const list = (what: string, values: readonly string[]): readonly string[] => {
  if (Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === "string" && value !== "")) return values;
  throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", { what, value: values, hint: "Use a list of strings." });
};

const several = <T>(given: T | readonly T[] | undefined): readonly T[] =>
  given === undefined ? [] : Array.isArray(given) ? (given as readonly T[]) : [given as T];

const conditions = (given: FileCondition | readonly FileCondition[] | undefined): readonly Prework[] => {
  if (given === undefined) return [];
  const all = typeof given[0] === "string" ? [given as FileCondition] : (given as readonly FileCondition[]);
  return all.map(([path, call, interval]) => watchFile(path, call, duration(interval ?? "1s", "ifFileModified")));
};

const nonEmpty = <T>(items: readonly T[]): readonly T[] | undefined => (items.length > 0 ? items : undefined);
