import { fieldsNamed, isUnqualified, parseCacheControl, type Directives } from "./cache-control.ts";
import { connectionFields, fieldOf, withoutFields } from "./fields.ts";
import { httpDate } from "./http-date.ts";
import type { RequestPolicy } from "./request-policy.ts";
import { isHeuristicallyCacheable, statesLifetime, type ResponsePolicy } from "./response-policy.ts";
import type { CacheRequest, FlatFields, OriginResponse } from "./types.ts";
import { variesByAnything, type Audience } from "./vary.ts";

/** Why a response is not stored, as the `detail` of `Cache-Status` says it. */
export type Refusal =
  | "method"
  | "status"
  | "no-store"
  | "must-understand"
  | "private"
  | "credentials"
  | "set-cookie"
  | "vary"
  | "no-lifetime"
  | "too-large";

/** One exchange with the origin, and what was read from it. */
export interface Candidate {
  readonly request: CacheRequest;
  readonly asked: RequestPolicy;
  /** The request has credentials that no header shows. */
  readonly hidden: boolean;
  readonly response: Pick<OriginResponse, "status" | "headers">;
  readonly policy: ResponsePolicy;
}

/** Status codes whose meaning for caches is known here (RFC 9111 section 5.2.2.3). */
const understood: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 406, 410, 414, 421, 451, 500, 501, 502, 503, 504,
]);

/**
 * Why a response is not stored; undefined when it is (RFC 9111 sections 3 and 3.5).
 *
 * Stricter than the RFC in three points: only answers to GET are kept; what answers a request with a cookie, or sets one, needs `public` in a
 * shared cache; and what could never be used again is not kept.
 */
export const refusalOf = (candidate: Candidate, shared: boolean): Refusal | undefined => {
  const { request, asked, response, policy } = candidate;
  const { status, headers } = response;
  if (request.method !== "GET") return "method";
  if (status < 200 || status === 206 || status === 304) return "status";
  if (asked.noStore) return "no-store";
  const directives = parseCacheControl(fieldOf(headers, "cache-control"));
  if (directives.has("must-understand")) {
    if (!understood.has(status)) return "must-understand";
  } else if (directives.has("no-store")) return "no-store";
  if (shared && isUnqualified(directives, "private")) return "private";
  const audience = audienceOf(directives, shared);
  if (isForOthers(candidate, audience, shared)) return "credentials";
  if (shared && audience !== "everyone" && fieldOf(headers, "set-cookie") !== undefined) return "set-cookie";
  if (variesByAnything(headers)) return "vary";
  const kept = statesLifetime(response, shared) || directives.has("public") || isHeuristicallyCacheable(status);
  return kept && isReusable(policy) ? undefined : "no-lifetime";
};

/** Who else may get a response (RFC 9111 section 3.5). Of a private cache too: one process may act for many users. */
export const audienceOf = (directives: Directives, shared: boolean): Audience => {
  if (directives.has("public")) return "everyone";
  return shared && (directives.has("s-maxage") || directives.has("must-revalidate")) ? "same-cookie" : "same-credentials";
};

/** The headers that are stored: without those of the connection, of one user, and cookies; with a date. */
export const storedFields = (headers: FlatFields, shared: boolean, responseTime: number): string[] => {
  const left = new Set([...connectionFields(headers), "set-cookie", "set-cookie2"]);
  const own = shared ? fieldsNamed(parseCacheControl(fieldOf(headers, "cache-control")), "private") : undefined;
  for (const name of own ?? []) left.add(name);
  const kept = withoutFields(headers, left);
  if (fieldOf(kept, "date") === undefined) kept.push("Date", httpDate(responseTime));
  return kept;
};

/** The names that a response may be purged by: `Cache-Tag`, separated by commas, and `Surrogate-Key`, by blanks. */
export const tagsOf = (headers: FlatFields): string[] => {
  const commas = fieldOf(headers, "cache-tag");
  const blanks = fieldOf(headers, "surrogate-key");
  if (commas === undefined && blanks === undefined) return [];
  const tags = new Set([...(commas?.split(",") ?? []), ...(blanks?.split(/[\s,]/) ?? [])].map((tag) => tag.trim()));
  tags.delete("");
  return [...tags];
};

const isForOthers = ({ request, hidden }: Candidate, audience: Audience, shared: boolean): boolean => {
  if (audience === "everyone") return false;
  if (hidden) return true;
  if (!shared) return false;
  return request.headers["cookie"] !== undefined || (audience === "same-credentials" && request.headers["authorization"] !== undefined);
};

/** Whether there will be a request that it can answer, alone or after the origin confirmed it. */
const isReusable = (policy: ResponsePolicy): boolean =>
  policy.etag !== undefined ||
  policy.lastModified !== undefined ||
  (!policy.noCache && Math.max(policy.lifetime, policy.staleWhileRevalidate, policy.staleIfError) > 0);
