import { fieldOf } from "./fields.ts";
import type { FlatFields } from "./types.ts";

/**
 * The name of a URL in the cache: without fragment, user and password.
 *
 * @returns undefined for what is no absolute URL.
 */
export const keyOf = (url: string, base?: string): CacheKey | undefined => {
  const parsed = URL.parse(url, base);
  if (parsed === null || parsed.host === "") return undefined;
  const hasCredentials = parsed.username !== "" || parsed.password !== "";
  parsed.hash = "";
  parsed.username = "";
  parsed.password = "";
  return { key: parsed.href, hasCredentials };
};

export interface CacheKey {
  readonly key: string;
  /** The URL names a user. */
  readonly hasCredentials: boolean;
}

const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/**
 * The keys that an answer makes stale (RFC 9111 section 4.4): after an unsafe method that did not fail, the URL, and what `Location` and
 * `Content-Location` name on the same origin.
 */
export const invalidatedKeys = (method: string, key: string, status: number, headers: FlatFields): string[] => {
  if (safeMethods.has(method) || status < 200 || status >= 400) return [];
  const keys = new Set([key]);
  const { origin } = new URL(key);
  for (const name of ["location", "content-location"]) {
    const named = fieldOf(headers, name);
    const other = named === undefined ? undefined : keyOf(named, key);
    if (other !== undefined && new URL(other.key).origin === origin) keys.add(other.key);
  }
  return [...keys];
};
