import { fieldsNamed, isUnqualified, parseCacheControl, secondsOf } from "./cache-control.ts";
import { fieldOf } from "./fields.ts";
import { parseHttpDate } from "./http-date.ts";
import type { StoredHead } from "./store.ts";

/** How a cache reads responses. */
export interface CacheKind {
  /** One for many users: `s-maxage`, `proxy-revalidate` and `private` count. */
  readonly shared: boolean;
  /** Milliseconds at most of a lifetime that is guessed from `Last-Modified`; 0 for no guesses. */
  readonly maxHeuristic: number;
}

/** What a response allows, in milliseconds. */
export interface ResponsePolicy {
  /** When its age was 0. */
  readonly bornAt: number;
  /** How long after that it is fresh. */
  readonly lifetime: number;
  /** It must be confirmed before each use. */
  readonly noCache: boolean;
  /** Fields that are left out where it is used without being confirmed. */
  readonly unconfirmed: ReadonlySet<string> | undefined;
  /** It may be used stale where a request allows that. */
  readonly staleAllowed: boolean;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  /** It does not change while it is fresh. */
  readonly immutable: boolean;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly date: number;
}

type Dated = Pick<StoredHead, "status" | "headers" | "requestTime" | "responseTime">;

/** The share of the time since the last change for which a response is taken to be fresh (RFC 9111 section 4.2.2). */
const heuristicShare = 0.1;

/** Status codes whose responses may be kept by guess (RFC 9110 section 15.1), without 206, which is never stored here. */
const heuristicStatuses: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);

/** Reads what the headers of a response say about keeping it. */
export const responsePolicy = (response: Dated, kind: CacheKind): ResponsePolicy => {
  const { headers, responseTime } = response;
  const directives = parseCacheControl(fieldOf(headers, "cache-control"));
  const date = dateOf(response);
  const noCache = isUnqualified(directives, "no-cache");
  const forbidden = noCache || directives.has("must-revalidate") || (kind.shared && directives.has("proxy-revalidate"));
  const unconfirmed = fieldsNamed(directives, "no-cache");
  return {
    bornAt: responseTime - initialAge(response, date),
    lifetime: lifetimeOf(response, date, kind),
    noCache,
    unconfirmed: unconfirmed && new Set(unconfirmed),
    // s-maxage forbids it too, but for the windows that the response itself opens beside it, as origins mean them.
    staleAllowed: !forbidden && !(kind.shared && directives.has("s-maxage")),
    staleWhileRevalidate: forbidden ? 0 : (secondsOf(directives, "stale-while-revalidate", 0) ?? 0),
    staleIfError: forbidden ? 0 : (secondsOf(directives, "stale-if-error", 0) ?? 0),
    immutable: directives.has("immutable"),
    etag: fieldOf(headers, "etag"),
    lastModified: fieldOf(headers, "last-modified"),
    date,
  };
};

/** Milliseconds since the origin made or confirmed a response (RFC 9111 section 4.2.3). */
export const ageAt = (policy: ResponsePolicy, now: number): number => Math.max(0, now - policy.bornAt);

/** Whether a lifetime is stated, not guessed (RFC 9111 section 3). */
export const statesLifetime = (response: Pick<StoredHead, "headers">, shared: boolean): boolean => {
  const directives = parseCacheControl(fieldOf(response.headers, "cache-control"));
  return directives.has("max-age") || (shared && directives.has("s-maxage")) || fieldOf(response.headers, "expires") !== undefined;
};

/** Whether a response may be kept without being told to. */
export const isHeuristicallyCacheable = (status: number): boolean => heuristicStatuses.has(status);

/** RFC 9111 section 4.2.1: the first of s-maxage, max-age, Expires and a guess; one that cannot be read means stale. */
const lifetimeOf = ({ status, headers }: Dated, date: number, { shared, maxHeuristic }: CacheKind): number => {
  const directives = parseCacheControl(fieldOf(headers, "cache-control"));
  const stated = (shared ? secondsOf(directives, "s-maxage", 0) : undefined) ?? secondsOf(directives, "max-age", 0);
  if (stated !== undefined) return stated;
  const expires = fieldOf(headers, "expires");
  if (expires !== undefined) return Math.max(0, (parseHttpDate(expires) ?? 0) - date);
  const modified = parseHttpDate(fieldOf(headers, "last-modified") ?? "");
  const mayGuess = modified !== undefined && (heuristicStatuses.has(status) || directives.has("public"));
  return mayGuess ? Math.min(maxHeuristic, Math.max(0, (date - modified) * heuristicShare)) : 0;
};

/** How old the response was when it arrived: as the caches before this one say, or by the clock of the origin, whichever is more. */
const initialAge = ({ headers, requestTime, responseTime }: Dated, date: number): number => {
  const stated = /^\s*(\d+)/.exec(fieldOf(headers, "age") ?? "")?.[1];
  const delay = Math.max(0, responseTime - requestTime);
  const corrected = stated === undefined ? 0 : Math.min(Number(stated), 2 ** 31) * 1000 + delay;
  // A date has whole seconds: what is left of the second it was made in is no age.
  return Math.max(corrected, Math.floor(responseTime / 1000) * 1000 - date, 0);
};

const dateOf = ({ headers, responseTime }: Dated): number => parseHttpDate(fieldOf(headers, "date") ?? "") ?? responseTime;
