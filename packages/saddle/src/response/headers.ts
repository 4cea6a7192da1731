import type { FlatHeaders } from "@skitai/reactor";

/** Headers as people write them: pairs, an object, or a `Headers` object. */
export type HeadersLike = Iterable<readonly [string, string | number]> | Readonly<Record<string, string | number | readonly string[]>>;

/** Those that may occur only once, so that a later one takes the place of an earlier one; others add up. */
const singular: ReadonlySet<string> = new Set([
  "content-type",
  "content-length",
  "content-disposition",
  "content-encoding",
  "content-location",
  "content-range",
  "date",
  "etag",
  "expires",
  "last-modified",
  "location",
  "retry-after",
  "server",
]);

/** Adds a header to a flat list; one that may occur only once replaces its predecessor. */
export const addHeader = (headers: FlatHeaders, name: string, value: string): void => {
  const at = singular.has(name.toLowerCase()) ? headerAt(headers, name) : -1;
  if (at < 0) headers.push(name, value);
  else headers[at + 1] = value;
};

/** Adds every header of the given ones. */
export const addHeaders = (headers: FlatHeaders, given: HeadersLike): void => {
  const pairs = Symbol.iterator in given ? (given as Iterable<readonly [string, string | number]>) : Object.entries(given);
  for (const [name, value] of pairs) {
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) addHeader(headers, name, String(one));
  }
};

/** Where a header stands in a flat list, or -1. */
export const headerAt = (headers: FlatHeaders, name: string, from = 0): number => {
  const wanted = name.toLowerCase();
  for (let at = from; at < headers.length; at += 2) if (headers[at]!.toLowerCase() === wanted) return at;
  return -1;
};

/** Takes every line of a header out of a flat list. */
export const removeHeader = (headers: FlatHeaders, name: string): void => {
  for (let at = headerAt(headers, name); at >= 0; at = headerAt(headers, name, at)) headers.splice(at, 2);
};
