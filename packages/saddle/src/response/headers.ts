import type { FlatHeaders } from "@skitai/reactor";
import { indexOfHeader } from "@skitai/reactor/framework";

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
  const lower = name.toLowerCase();
  const at = singular.has(lower) ? indexOfHeader(headers, lower) : -1;
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
