import { SaddleError } from "../errors.ts";

/** What a parameter of a rule accepts: a segment, digits, a decimal number, or all the rest with its slashes. */
export type ParameterType = "string" | "int" | "float" | "path";

/** `<type:name>` of a rule. */
export interface RuleParameter {
  readonly name: string;
  readonly type: ParameterType;
  /** Text that must follow the value within its segment, such as `.json`. */
  readonly suffix: string;
}

/** A rule taken apart at its slashes. */
export interface Rule {
  /** As it was written. */
  readonly text: string;
  /** One entry for each segment after the first slash: text to equal, or a parameter. */
  readonly segments: readonly (string | RuleParameter)[];
  readonly parameters: readonly RuleParameter[];
  /** The text before the first parameter's slash; the whole text when there is none. */
  readonly prefix: string;
  /** The rule without the names of its parameters: rules of the same pattern match the same paths. */
  readonly pattern: string;
}

const parameterForm = /^<(?:([^<>:]*):)?([^<>]*)>([^<>]*)$/;
const identifier = /^[A-Za-z_$][\w$]*$/;
const types: ReadonlySet<string> = new Set<ParameterType>(["string", "int", "float", "path"]);

/**
 * Takes a rule such as `/episode/<int:id>` apart.
 *
 * @throws SKITAI_SADDLE_BAD_RULE
 */
export const parseRule = (text: string): Rule => {
  if (typeof text !== "string" || !text.startsWith("/")) throw bad(text, 'it starts with "/".');
  if (/[?#]/.test(text)) throw bad(text, "a query or fragment is no part of it.");
  const segments = text
    .slice(1)
    .split("/")
    .map((segment) => parseSegment(segment, text));
  const parameters = segments.filter((segment) => typeof segment !== "string");
  if (new Set(parameters.map(({ name }) => name)).size < parameters.length) throw bad(text, "two parameters have the same name.");
  if (parameters.filter(({ type }) => type === "path").length > 1) throw bad(text, "only one parameter can be a path.");
  const first = segments.findIndex((segment) => typeof segment !== "string");
  return {
    text,
    segments,
    parameters,
    prefix: join(first < 0 ? segments : segments.slice(0, first)),
    pattern: join(segments.map((segment) => (typeof segment === "string" ? segment : `<${segment.type}>${segment.suffix}`))),
  };
};

const join = (segments: readonly unknown[]): string => segments.map((segment) => `/${String(segment)}`).join("");

const parseSegment = (segment: string, rule: string): string | RuleParameter => {
  if (!/[<>]/.test(segment)) return fixedSegment(segment, rule);
  const match = parameterForm.exec(segment);
  if (!match) throw bad(rule, `a parameter stands right after a slash, as in "/<name>" or "/<int:id>".`);
  const name = match[2]!;
  // A bare <path> is the path type, as the documentation always wrote it.
  const type = match[1] ?? (name === "path" ? "path" : "string");
  if (!identifier.test(name))
    throw bad(rule, `the name ${name} of a parameter is none: it has ASCII letters, digits, _ and $, and begins with no digit.`);
  if (!types.has(type)) throw bad(rule, `the type ${type} is none of string, int, float and path.`);
  return { name, type: type as ParameterType, suffix: literal(match[3]!, rule) };
};

const fixedSegment = (segment: string, rule: string): string => {
  const text = literal(segment, rule);
  if (text === "." || text === "..") throw bad(rule, `no request reaches a path with the segment "${segment}".`);
  return text;
};

/** Fixed text is compared decoded, so a rule may be written either way. */
const literal = (text: string, rule: string): string => {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes("/")) return decoded;
  } catch {
    // Falls through to the same complaint.
  }
  throw bad(rule, `"${text}" is not percent-encoded text of one segment.`);
};

const bad = (value: unknown, hint: string): SaddleError => new SaddleError("SKITAI_SADDLE_BAD_RULE", { value, hint });
