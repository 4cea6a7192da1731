import { METHODS } from "node:http";
import { isSchema } from "../args/schema.ts";
import { SaddleError } from "../errors.ts";
import { badOption } from "../internal/checks.ts";
import type { FileCondition, RouteOptions } from "./options.ts";

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

/**
 * Checks the options of a route before anything is made of them.
 *
 * @throws SKITAI_SADDLE_BAD_ROUTE_OPTION, SKITAI_SADDLE_BAD_OPTION
 */
export const checkOptions = (rule: string, options: RouteOptions): void => {
  if (!isRecord(options)) throw badOption(`The options of ${rule}`, options, "Use an object.");
  const unknown = Object.keys(options).find((name) => !known.includes(name as keyof RouteOptions));
  if (unknown !== undefined) throw new SaddleError("SKITAI_SADDLE_BAD_ROUTE_OPTION", { rule, option: unknown, known: known.join(", ") });
  const { methods, contentTypes, name, body, preworks, postworks, ifFileModified } = options;
  if (methods !== undefined) checkMethods(methods);
  if (contentTypes !== undefined) checkList("contentTypes", contentTypes);
  checkDeclaration(options);
  if (body !== undefined && body !== "collect" && body !== "stream") throw badOption("body", body, 'Use "collect" or "stream".');
  if (name !== undefined && !(typeof name === "string" && /^[^./][^.]*$/.test(name)))
    throw badOption("name", name, "A name is a text that holds no dot and begins with no slash.");
  if (preworks !== undefined) checkWorks("preworks", preworks);
  if (postworks !== undefined) checkWorks("postworks", postworks);
  if (ifFileModified !== undefined && !isCondition(ifFileModified) && !isConditions(ifFileModified))
    throw badOption("ifFileModified", ifFileModified, 'Use [path, function], [path, function, "2s"], or a list of such.');
};

const checkDeclaration = ({ params, args }: RouteOptions): void => {
  if (params && args) throw badOption("args", "a schema beside params", "Declare arguments by one of the two.");
  if (params !== undefined && (!isRecord(params) || isSchema(params)))
    throw badOption("params", params, 'Use names and types: { id: "int" }. A schema belongs to args.');
  if (args !== undefined && !isSchema(args)) throw badOption("args", args, "Use a Standard Schema (Zod, Valibot, ArkType, ...).");
};

const checkMethods = (methods: unknown): void => {
  for (const method of checkList("methods", methods)) {
    if (!METHODS.includes(method.toUpperCase())) throw badOption("methods", method, 'Use methods that HTTP has, such as "GET".');
  }
};

const checkList = (what: string, values: unknown): readonly string[] => {
  if (Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === "string" && value !== "")) return values;
  throw badOption(what, values, "Use a list of strings.");
};

const checkWorks = (what: string, given: unknown): void => {
  for (const work of Array.isArray(given) ? (given as unknown[]) : [given])
    if (typeof work !== "function") throw badOption(what, work, "Use a function, or a list of functions.");
};

const isConditions = (given: unknown): given is readonly FileCondition[] => Array.isArray(given) && given.every(isCondition);

const isCondition = (given: unknown): given is FileCondition =>
  Array.isArray(given) && typeof given[0] === "string" && typeof given[1] === "function";

const isRecord = (value: unknown): boolean => value !== null && typeof value === "object" && !Array.isArray(value);
