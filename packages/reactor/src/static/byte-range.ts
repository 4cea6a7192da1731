/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a file that a `Range` header asks for (RFC 9110 section 14).
 *
 * A header that asks for several parts, or that is not understood, counts as not sent, which the RFC allows: the answer is the whole file, once.
 * So does any range of an empty file, since some clients add one to each request.
 *
 * @returns undefined for the whole file; `"unsatisfiable"` where the range begins behind the end.
 * @example byteRange("bytes=-500", 10_000) // { start: 9500, end: 9999 }
 */
export const byteRange = (header: string, size: number): ByteRange | "unsatisfiable" | undefined => {
  const match = header.length <= longestHeader ? form.exec(header) : null;
  if (!match || size === 0) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") return suffixOf(last, size);
  const start = Number(first);
  const end = last === "" ? size - 1 : Number(last);
  // First of all: `5-2` is malformed whatever the size, and `9-` of nine bytes is not.
  if (last !== "" && end < start) return undefined;
  return start >= size ? "unsatisfiable" : { start, end: Math.min(end, size - 1) };
};

/**
 * Whether the client's copy is a part of the file as it is now, so that a range may be sent (RFC 9110 section 13.1.5). Only a strong entity
 * tag, or the exact `Last-Modified`, can tell.
 */
export const ifRangeHolds = (header: string, etag: string, lastModified: string): boolean =>
  (header === etag && !etag.startsWith("W/")) || header === lastModified;

const form = /^bytes=\s*(\d*)-(\d*)\s*$/i;
const longestHeader = 100;

const suffixOf = (length: string, size: number): ByteRange | "unsatisfiable" | undefined => {
  if (length === "") return undefined;
  return Number(length) === 0 ? "unsatisfiable" : { start: Math.max(0, size - Number(length)), end: size - 1 };
};
