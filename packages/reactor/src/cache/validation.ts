import { connectionFields, fieldOf, requestField, withoutFields } from "./fields.ts";
import { parseHttpDate } from "./http-date.ts";
import type { ResponsePolicy } from "./response-policy.ts";
import type { CacheRequest, FlatFields } from "./types.ts";

/** A request that asks whether a stored response still holds (RFC 9111 section 4.3.1). Conditions of the client give way to it. */
export const conditionalRequest = (request: CacheRequest, { etag, lastModified }: ResponsePolicy): CacheRequest => {
  const headers = unconditional(request.headers);
  if (etag !== undefined) headers["if-none-match"] = etag;
  if (lastModified !== undefined) headers["if-modified-since"] = lastModified;
  return { ...request, headers };
};

/** The same request without any condition. */
export const unconditionalRequest = (request: CacheRequest): CacheRequest => ({ ...request, headers: unconditional(request.headers) });

const unconditional = (headers: CacheRequest["headers"]): Record<string, string | readonly string[] | undefined> => {
  const kept = { ...headers };
  delete kept["if-none-match"];
  delete kept["if-modified-since"];
  return kept;
};

/** Whether a 304 speaks of the stored response: it names the same entity, or none (RFC 9111 section 4.3.4). */
export const confirms = (notModified: FlatFields, { etag, lastModified }: ResponsePolicy): boolean => {
  const named = fieldOf(notModified, "etag");
  if (named !== undefined) return etag !== undefined && opaque(named) === opaque(etag);
  const modified = fieldOf(notModified, "last-modified");
  return modified === undefined || lastModified === undefined || modified === lastModified;
};

/** Headers of a stored response after a 304 or a HEAD brought newer ones (RFC 9111 section 3.2). */
export const freshenedFields = (stored: FlatFields, newer: FlatFields): string[] => {
  const incoming = withoutFields(newer, new Set([...connectionFields(newer), ...describesBody, "set-cookie", "set-cookie2"]));
  // Age counts from the newer answer, which may have neither.
  const replaced = new Set<string>(["age", "date"]);
  for (let at = 0; at < incoming.length; at += 2) replaced.add(incoming[at]!.toLowerCase());
  return [...withoutFields(stored, replaced), ...incoming];
};

/** The cookies that an answer sets, as flat pairs. */
export const cookiesOf = (headers: FlatFields): string[] => {
  const cookies: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]!.toLowerCase() === "set-cookie") cookies.push(headers[at]!, headers[at + 1]!);
  }
  return cookies;
};

/** Whether the client's own copy is the stored response, so that a 304 answers it (RFC 9110 section 13.2.2). */
export const clientHasIt = (request: CacheRequest, policy: ResponsePolicy): boolean => {
  const tags = requestField(request, "if-none-match");
  if (tags !== undefined) {
    if (tags.trim() === "*") return true;
    if (policy.etag === undefined) return false;
    const wanted = opaque(policy.etag);
    for (const [, tag] of tags.matchAll(entityTag)) if (tag === wanted) return true;
    return false;
  }
  const since = parseHttpDate(requestField(request, "if-modified-since") ?? "");
  if (since === undefined) return false;
  return (parseHttpDate(policy.lastModified ?? "") ?? policy.date) <= since;
};

/** Whether a range may be cut from the stored response for a client that has another part already (RFC 9110 section 13.1.5). */
export const ifRangeHolds = (request: CacheRequest, { etag, lastModified }: ResponsePolicy): boolean => {
  const condition = requestField(request, "if-range");
  return condition === undefined || condition === (etag?.startsWith("W/") === true ? undefined : etag) || condition === lastModified;
};

/** What a 304 leaves out, and cannot change: the body stays as it is. */
export const describesBody: ReadonlySet<string> = new Set(["content-length", "content-encoding", "content-range", "transfer-encoding"]);

const entityTag = /(?:W\/)?("[^"]*")/g;
/** A tag without its weakness: the weak comparison (RFC 9110 section 8.8.3.2). */
const opaque = (etag: string): string => (etag.startsWith("W/") ? etag.slice(2) : etag);
