import type { ParameterType } from "./rule.ts";

const digits = /^[0-9]+$/;
const decimal = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;
/** A NUL cuts file names short in foreign code; a dot segment would climb out of the directory that a path names. */
const hostile = /\0|(?:^|\/)\.\.?(?:\/|$)/;

/**
 * The value of a rule's parameter from the raw text of a path; undefined when the text does not fit the type.
 *
 * A path is percent-decoded and nothing else. A string is also read as a human writes a URL: `+` and `_` are blanks, as in `/hello/Your_Name`;
 * a value that holds a slash fits only the path type. Dot segments fit neither.
 *
 * @throws URIError when percent-encoding is malformed.
 */
export const pathValue = (raw: string, type: ParameterType): string | number | undefined => {
  if (type === "int") {
    const value = digits.test(raw) ? Number(raw) : Number.NaN;
    return Number.isSafeInteger(value) ? value : undefined;
  }
  if (type === "float") return decimal.test(raw) ? Number(raw) : undefined;
  const text = decoded(type === "path" ? raw : raw.replaceAll("+", " "));
  if (text === "" || hostile.test(text)) return undefined;
  if (type === "path") return text;
  return text.includes("/") ? undefined : text.replaceAll("_", " ");
};

const decoded = (text: string): string => (text.includes("%") ? decodeURIComponent(text) : text);
