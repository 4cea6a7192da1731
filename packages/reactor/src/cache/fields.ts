import type { CacheRequest, FlatFields } from "./types.ts";

/** All lines of a field, joined as one list (RFC 9110 section 5.3). `name` is lower-case. */
export const fieldOf = (headers: FlatFields, name: string): string | undefined => {
  let value: string | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    const candidate = headers[at]!;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    value = value === undefined ? headers[at + 1]! : `${value}, ${headers[at + 1]!}`;
  }
  return value;
};

/** The same of a request. */
export const requestField = (request: CacheRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return value === undefined || typeof value === "string" ? value : value.join(", ");
};

/** The headers whose names are not in the set, in lower case. */
export const withoutFields = (headers: FlatFields, names: ReadonlySet<string>): string[] => {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    if (!names.has(headers[at]!.toLowerCase())) kept.push(headers[at]!, headers[at + 1]!);
  }
  return kept;
};

/** Members of a list of tokens, lower-case. */
export const listOf = (value: string | undefined): string[] =>
  value === undefined ? [] : value.split(",").flatMap((member) => member.trim().toLowerCase() || []);

/**
 * Fields that belong to one connection and are neither stored nor sent again (RFC 9111 section 3.1), those that `Connection` names included.
 */
export const connectionFields = (headers: FlatFields): ReadonlySet<string> => {
  const named = fieldOf(headers, "connection");
  return named === undefined ? hopByHop : new Set([...hopByHop, ...listOf(named)]);
};

const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
