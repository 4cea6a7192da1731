import type { RequestPolicy } from "./request-policy.ts";
import { ageAt, type ResponsePolicy } from "./response-policy.ts";

/** What to do with a stored response: use it, use it and have it confirmed meanwhile, or have it confirmed first. */
export type Reuse = "fresh" | "stale" | "stale-while-revalidate" | "revalidate";

/** Whether a stored response satisfies a request at a time (RFC 9111 sections 4.2 and 5.2, RFC 5861 section 3, RFC 8246). */
export const reuseOf = (stored: ResponsePolicy, asked: RequestPolicy, now: number): Reuse => {
  if (stored.noCache || asked.noCache) return "revalidate";
  const age = ageAt(stored, now);
  const isFresh = stored.lifetime > age;
  // What does not change is not asked for again because of a reload.
  if ((age > asked.maxAge || asked.maxAge === 0) && !(isFresh && stored.immutable)) return "revalidate";
  if (isFresh) return stored.lifetime - age >= asked.minFresh ? "fresh" : "revalidate";
  if (asked.minFresh > 0) return "revalidate";
  const staleness = age - stored.lifetime;
  if (staleness < stored.staleWhileRevalidate) return "stale-while-revalidate";
  return stored.staleAllowed && asked.maxStale > 0 && staleness <= asked.maxStale ? "stale" : "revalidate";
};

/** Whether a stored response may stand in for an origin that failed (RFC 5861 section 4). */
export const servesOnError = (stored: ResponsePolicy, asked: RequestPolicy, now: number): boolean => {
  const window = Math.max(stored.staleIfError, stored.staleAllowed ? asked.staleIfError : 0);
  return window > 0 && ageAt(stored, now) - stored.lifetime < window;
};

/** Whether a status is a failure that {@link servesOnError} is meant for. */
export const isOriginFailure = (status: number): boolean => status === 500 || status === 502 || status === 503 || status === 504;
