import { SaddleError } from "../errors.ts";
import { noArgs, type Args } from "./fields.ts";
import { readJson } from "./json.ts";

/** The types that a declared parameter can name. */
export type ParamType = "string" | "int" | "float" | "bool" | "json";

/**
 * Declared parameters by name, in the order of positional arguments: a type, a type and `?` for an optional one, or any other value, which is
 * the default and tells the type. A default text therefore is no type, and does not end in `?`.
 *
 * @example { q: "string", page: 1, exact: "bool?" }
 */
export type Params = Readonly<Record<string, unknown>>;

/** What stands for a value that does not fit. */
const unfit: unique symbol = Symbol("unfit");

interface Kind {
  /** Ends the sentence "The argument x must be". */
  readonly is: string;
  /** Whether an empty text, as a form sends for a field that was left blank, counts as missing. */
  readonly blankIsMissing: boolean;
  convert(value: unknown): unknown;
}

interface Declared {
  readonly name: string;
  readonly kind: Kind;
  readonly required: boolean;
  readonly fallback: unknown;
}

/** Checks arguments against a declaration. */
export type ArgsCheck = (args: Args) => Args | Promise<Args>;

/**
 * Compiles declared parameters.
 *
 * @param pathNames the parameters of the rule, which are always there.
 * @returns a function that answers with the converted arguments, or throws one of the errors below with status 400.
 * @throws SKITAI_SADDLE_ARGUMENT_MISSING, SKITAI_SADDLE_ARGUMENT_UNKNOWN, SKITAI_SADDLE_ARGUMENT_INVALID
 */
export const compileParams = (params: Params, pathNames: readonly string[]): ((args: Args) => Args) => {
  const declared = Object.entries(params).map(([name, spec]) => declare(name, spec));
  const known = new Set([...pathNames, ...declared.map(({ name }) => name)]);
  const undeclared = pathNames.filter((name) => !declared.some((each) => each.name === name));
  return (args) => {
    for (const name of Object.keys(args))
      if (!known.has(name)) throw new SaddleError("SKITAI_SADDLE_ARGUMENT_UNKNOWN", { name }, { status: 400 });
    const checked = noArgs();
    for (const name of undeclared) checked[name] = single(name, args[name]);
    for (const each of declared) checked[each.name] = check(each, args[each.name]);
    return checked;
  };
};

/** A path parameter that the query repeats is ambiguous, where everything is declared. */
const single = (name: string, value: unknown): unknown => {
  if (Array.isArray(value)) throw invalid(name, "is given more than once.");
  return value;
};

const check = ({ name, kind, required, fallback }: Declared, value: unknown): unknown => {
  if (value === undefined || (value === "" && kind.blankIsMissing)) {
    if (required) throw new SaddleError("SKITAI_SADDLE_ARGUMENT_MISSING", { name }, { status: 400 });
    return typeof fallback === "object" ? structuredClone(fallback) : fallback;
  }
  const converted = kind.convert(value);
  if (converted === unfit)
    throw invalid(name, Array.isArray(value) ? `must be ${kind.is}, and be given once.` : `must be ${kind.is}, not ${shown(value)}.`);
  return converted;
};

const invalid = (name: string, hint: string): SaddleError =>
  new SaddleError("SKITAI_SADDLE_ARGUMENT_INVALID", { name, hint }, { status: 400 });

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

const declare = (name: string, spec: unknown): Declared => {
  const type = typeof spec === "string" ? /^(string|int|float|bool|json)(\?)?$/.exec(spec) : null;
  if (type) return { name, kind: kinds[type[1] as ParamType], required: type[2] === undefined, fallback: undefined };
  if (typeof spec === "function" || typeof spec === "symbol" || spec === undefined) {
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", {
      what: `The parameter ${name}`,
      value: typeof spec,
      hint: "Use the name of a type, or a default value.",
    });
  }
  if (typeof spec === "string" && spec.endsWith("?")) {
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", {
      what: `The parameter ${name}`,
      value: spec,
      hint: 'A text that ends in "?" is an optional one of the types string, int, float, bool and json.',
    });
  }
  return { name, kind: kindOf(spec), required: false, fallback: spec };
};

const kindOf = (fallback: unknown): Kind => {
  if (typeof fallback === "string") return kinds.string;
  if (typeof fallback === "number") return kinds.float;
  if (typeof fallback === "boolean") return kinds.bool;
  if (Array.isArray(fallback)) return listKind;
  return fallback === null ? anyKind : kinds.json;
};

const text =
  (pattern: RegExp, fits: (value: number) => boolean) =>
  (value: unknown): unknown => {
    const number = typeof value === "string" && pattern.test(value) ? Number(value) : value;
    return typeof number === "number" && fits(number) ? number : unfit;
  };

const truths = new Map<unknown, boolean>([
  ...["true", "1", "yes", "on", 1].map((value) => [value, true] as const),
  ...["false", "0", "no", "off", 0].map((value) => [value, false] as const),
]);

const kinds: Readonly<Record<ParamType, Kind>> = {
  string: { is: "a text", blankIsMissing: false, convert: (value) => (typeof value === "string" ? value : unfit) },
  int: { is: "a whole number", blankIsMissing: true, convert: text(/^[+-]?\d{1,16}$/, Number.isSafeInteger) },
  float: {
    is: "a number",
    blankIsMissing: true,
    convert: text(/^[+-]?(?:\d{1,308}(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i, Number.isFinite),
  },
  bool: {
    is: "true or false",
    blankIsMissing: true,
    convert: (value) =>
      typeof value === "boolean" ? value : (truths.get(typeof value === "string" ? value.toLowerCase() : value) ?? unfit),
  },
  json: { is: "JSON", blankIsMissing: true, convert: (value) => (typeof value === "string" ? parsed(value) : value) },
};

const anyKind: Kind = { is: "anything", blankIsMissing: false, convert: (value) => value };

/** A list is the repeated fields, the JSON of one, or a single field. */
const listKind: Kind = {
  is: "a list",
  blankIsMissing: true,
  convert: (value) => {
    if (Array.isArray(value)) return value;
    const list = typeof value === "string" && value.startsWith("[") ? parsed(value) : unfit;
    return Array.isArray(list) ? list : [value];
  },
};

const parsed = (value: string): unknown => {
  try {
    return readJson(value);
  } catch {
    return unfit;
  }
};
