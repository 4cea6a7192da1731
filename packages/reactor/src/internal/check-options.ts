import { ReactorError } from "../errors.ts";

/**
 * Refuses options that nobody reads: a misspelt name would otherwise be a setting that silently does not hold.
 *
 * @param known every name of the options; the type of the record keeps it complete.
 * @throws SKITAI_REACTOR_BAD_OPTION naming the option, and the one that was probably meant.
 */
export const refuseUnknown = (what: string, options: unknown, known: Readonly<Record<string, true>>): void => {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value: options, hint: "Options are an object." });
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const near = Object.keys(known).find((candidate) => resembles(candidate, name));
    const hint = near === undefined ? `They are: ${Object.keys(known).join(", ")}.` : `Did you mean ${near}?`;
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: `An option of ${what}`, value: name, hint });
  }
};

/**
 * A value of a primitive type, or undefined.
 *
 * @throws SKITAI_REACTOR_BAD_OPTION naming the option.
 */
export const optional = <Value extends string | number | boolean>(
  what: string,
  value: Value | undefined,
  type: "string" | "number" | "boolean",
): Value | undefined => {
  if (value === undefined || (typeof value === type && value !== "")) return value;
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", {
    what,
    value,
    hint: `Use a ${type}${type === "string" ? " that is not empty" : ""}.`,
  });
};

/**
 * A whole number within bounds.
 *
 * @throws SKITAI_REACTOR_BAD_OPTION naming the option and the bounds.
 * @example wholeNumber("port", 5000, 0, 65_535) // 5000
 */
export const wholeNumber = (what: string, value: number, least = 0, most: number = Number.MAX_SAFE_INTEGER): number => {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const hint = `Use a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}.`;
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value, hint });
};

/** Equal but for case, or for one letter that is missing, added or another, or for the order of letters. */
const resembles = (one: string, other: string): boolean => {
  const [short, long] = [one.toLowerCase(), other.toLowerCase()].toSorted((a, b) => a.length - b.length) as [string, string];
  if (long.length - short.length > 1) return false;
  if (Array.from(short).toSorted().join("") === Array.from(long).toSorted().join("")) return true;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  return short.slice(at) === long.slice(at + 1) || short.slice(at + 1) === long.slice(at + 1);
};
