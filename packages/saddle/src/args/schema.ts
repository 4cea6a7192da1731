import type { StandardSchemaV1 } from "@standard-schema/spec";
import { SaddleError } from "../errors.ts";
import { noArgs, type Args } from "./fields.ts";
import type { ArgsCheck } from "./params.ts";

/**
 * Compiles a Standard Schema (Zod, Valibot, ArkType, ...). It sees all arguments merged, those of the path included.
 *
 * @returns a function that answers with what the schema makes of the arguments, and the path's parameters that it leaves out.
 * @throws SKITAI_SADDLE_ARGUMENTS_REFUSED (400), naming each argument.
 */
export const compileSchema = (schema: StandardSchemaV1, pathNames: readonly string[]): ArgsCheck => {
  const { validate } = schema["~standard"];
  return (args) => {
    const result = validate(args);
    return isPromise(result) ? result.then((settled) => outcome(settled, args, pathNames)) : outcome(result, args, pathNames);
  };
};

/** Whether a value is a Standard Schema. */
export const isSchema = (value: unknown): value is StandardSchemaV1 =>
  value !== null &&
  (typeof value === "object" || typeof value === "function") &&
  typeof (value as Partial<StandardSchemaV1>)["~standard"]?.validate === "function";

const outcome = (result: StandardSchemaV1.Result<unknown>, args: Args, pathNames: readonly string[]): Args => {
  if (result.issues) throw new SaddleError("SKITAI_SADDLE_ARGUMENTS_REFUSED", { message: describe(result.issues) }, { status: 400 });
  const checked = noArgs();
  for (const name of pathNames) checked[name] = args[name];
  return Object.assign(checked, result.value);
};

const describe = (issues: readonly StandardSchemaV1.Issue[]): string =>
  issues
    .slice(0, 10)
    .map(({ path, message }) => (path && path.length > 0 ? `The argument ${path.map(keyOf).join(".")}: ${message}` : message))
    .join(" ");

const keyOf = (segment: PropertyKey | StandardSchemaV1.PathSegment): string => String(typeof segment === "object" ? segment.key : segment);

const isPromise = <T>(value: T | Promise<T>): value is Promise<T> => value instanceof Promise;
