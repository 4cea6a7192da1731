import type { IncomingHttpHeaders } from "node:http";

/** What a file is compared by. */
export interface Validators {
  /** The entity tag, quotes included. */
  readonly etag: string;
  /** Seconds since 1970, whole, as in `Last-Modified`. */
  readonly modified: number;
}

/** `"failed"` is 412; `"not-modified"` is 304. */
export type PreconditionOutcome = "proceed" | "not-modified" | "failed";

/**
 * Evaluates the conditional headers of a GET or HEAD in the order of RFC 9110 section 13.2.2. A date that is none counts as not sent.
 *
 * @example evaluatePreconditions({ "if-none-match": 'W/"a", "b"' }, { etag: '"a"', modified: 0 }) // "not-modified"
 */
export const evaluatePreconditions = (headers: IncomingHttpHeaders, { etag, modified }: Validators): PreconditionOutcome => {
  const ifMatch = headers["if-match"];
  const ifUnmodifiedSince = headers["if-unmodified-since"];
  if (ifMatch !== undefined) {
    if (!hasTag(ifMatch, etag, true)) return "failed";
  } else if (ifUnmodifiedSince !== undefined && modified > secondsOf(ifUnmodifiedSince)) return "failed";

  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined) return hasTag(ifNoneMatch, etag, false) ? "not-modified" : "proceed";
  const ifModifiedSince = headers["if-modified-since"];
  return ifModifiedSince !== undefined && modified <= secondsOf(ifModifiedSince) ? "not-modified" : "proceed";
};

/** Whether a list of entity tags holds this one, or is `*`. The strong comparison takes no weak tag (RFC 9110 section 8.8.3.2). */
const hasTag = (list: string, etag: string, strong: boolean): boolean => {
  if ((list === etag && !(strong && etag.startsWith("W/"))) || list.trim() === "*") return true;
  for (const [, weak, tag] of list.matchAll(entityTag)) if (tag === etag && !(strong && weak !== undefined)) return true;
  return false;
};

const entityTag = /(W\/)?("[^"]*")/g;

/** Seconds since 1970, or NaN, with which every comparison is false. A date without a zone is the old asctime form, in GMT. */
const secondsOf = (date: string): number => Date.parse(date.endsWith("GMT") ? date : `${date} GMT`) / 1000;
