import type { FlatHeaders } from "../http/types.ts";

/** Where a header stands in a flat list, or -1. `name` is lower-case; the list may write it in any case. */
export const indexOfHeader = (headers: FlatHeaders, name: string): number => {
  for (let at = 0; at < headers.length; at += 2) {
    const candidate = headers[at]!;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return at;
  }
  return -1;
};

/** The first value of a header in a flat list. `name` is lower-case. */
export const headerOf = (headers: FlatHeaders, name: string): string | undefined => {
  const at = indexOfHeader(headers, name);
  return at < 0 ? undefined : headers[at + 1];
};

/** Takes every line of a header out of a flat list. `name` is lower-case. */
export const dropHeader = (headers: FlatHeaders, name: string): void => {
  for (let at = indexOfHeader(headers, name); at >= 0; at = indexOfHeader(headers, name)) headers.splice(at, 2);
};

/** Gives a header one value, in the place of its first line if there is one. */
export const replaceHeader = (headers: FlatHeaders, name: string, value: string): void => {
  const at = indexOfHeader(headers, name.toLowerCase());
  if (at < 0) headers.push(name, value);
  else headers[at + 1] = value;
};

/**
 * Adds fields to a `Vary` value that may hold them already.
 *
 * @example varyWith("Origin", "Accept-Encoding") // "Origin, Accept-Encoding"
 */
export const varyWith = (present: string | undefined, added: string): string => {
  const fields = fieldsOf(present ?? "");
  const known = new Set(fields.map((field) => field.toLowerCase()));
  if (known.has("*")) return "*";
  for (const field of fieldsOf(added)) if (!known.has(field.toLowerCase())) fields.push(field);
  return fields.join(", ");
};

const fieldsOf = (value: string): string[] => value.split(",").flatMap((field) => field.trim() || []);
