import { parseCacheControl, secondsOf } from "./cache-control.ts";
import { requestField } from "./fields.ts";
import type { CacheFetchOptions, CacheRequest } from "./types.ts";

/** What a request asks of a cache (RFC 9111 section 5.2.1), in milliseconds. */
export interface RequestPolicy {
  /** The origin must confirm. */
  readonly noCache: boolean;
  readonly noStore: boolean;
  readonly onlyIfCached: boolean;
  readonly maxAge: number;
  readonly minFresh: number;
  /** How stale it may be; 0 for not at all. */
  readonly maxStale: number;
  readonly staleIfError: number;
}

const plain: RequestPolicy = {
  noCache: false,
  noStore: false,
  onlyIfCached: false,
  maxAge: Number.POSITIVE_INFINITY,
  minFresh: 0,
  maxStale: 0,
  staleIfError: 0,
};
const revalidating: RequestPolicy = { ...plain, noCache: true };

/** Reads `Cache-Control` of a request, and `Pragma` where there is none (section 5.4). */
export const requestPolicy = (request: CacheRequest, options: CacheFetchOptions | undefined): RequestPolicy => {
  const header = requestField(request, "cache-control");
  if (header === undefined) {
    const pragma = requestField(request, "pragma");
    return options?.noCache === true || (pragma !== undefined && /\bno-cache\b/i.test(pragma)) ? revalidating : plain;
  }
  const directives = parseCacheControl(header);
  return {
    noCache: options?.noCache === true || directives.has("no-cache"),
    noStore: directives.has("no-store"),
    onlyIfCached: directives.has("only-if-cached"),
    maxAge: secondsOf(directives, "max-age", 0) ?? plain.maxAge,
    minFresh: secondsOf(directives, "min-fresh", plain.maxAge) ?? 0,
    // Without a value it accepts any staleness.
    maxStale: directives.get("max-stale") === true ? Number.POSITIVE_INFINITY : (secondsOf(directives, "max-stale", 0) ?? 0),
    staleIfError: secondsOf(directives, "stale-if-error", 0) ?? 0,
  };
};
