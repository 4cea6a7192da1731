import { AquestsError } from "../errors.ts";
import type { QueryParams, QueryValue } from "./options.ts";

/**
 * Names and values as `application/x-www-form-urlencoded`, a blank as `%20`. Several values of one name repeat it; null and undefined are left out.
 *
 * @throws SKITAI_AQUESTS_BAD_REQUEST for what is no object, and for a value that is no text, number or boolean.
 * @example encodeForm({ user: "Hans Roh", tag: ["a", "b"] }) // "user=Hans%20Roh&tag=a&tag=b"
 */
export const encodeForm = (params: QueryParams): string => {
  if (typeof params !== "object" || Array.isArray(params) || params instanceof URLSearchParams || params instanceof Map)
    throw bad("parameters are an object of names and values; what is written already is a part of the URL.");
  let text = "";
  for (const name of Object.keys(params)) {
    const value = params[name];
    for (const item of Array.isArray(value) ? (value as readonly QueryValue[]) : [value as QueryValue]) {
      if (item === null || item === undefined) continue;
      text += `${text === "" ? "" : "&"}${encode(name)}=${encode(textOf(name, item))}`;
    }
  }
  return text;
};

/** A path with more parameters in its query. */
export const withParams = (path: string, params: QueryParams | null | undefined): string => {
  const query = params === null || params === undefined ? "" : encodeForm(params);
  if (query === "") return path;
  return `${path}${path.includes("?") ? (/[?&]$/.test(path) ? "" : "&") : "?"}${query}`;
};

const textOf = (name: string, value: unknown): string => {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  throw bad(`the value of ${name} is no text, number or boolean.`);
};

const bad = (reason: string): AquestsError => new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason });

/** As in a URL: what `encodeURIComponent` leaves alone means nothing in a form. A lone half of a surrogate pair cannot be written. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed());
