/** What the cache is asked for. Nothing in it belongs to a host: a client, a proxy and a test make the same object. */
export interface CacheRequest {
  readonly method: string;
  /** Absolute; scheme, host, path and query are the key. A fragment does not count. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Headers as name, value, name, value; names in any case. */
export type FlatFields = readonly string[];

/** The answer of whoever the cache stands in front of. */
export interface OriginResponse {
  readonly status: number;
  readonly headers: FlatFields;
  /** As transferred: still content-coded, without chunk framing. A `Buffer` must not be changed afterwards. */
  readonly body: Buffer | AsyncIterable<Uint8Array> | null;
}

/**
 * Asks the origin. The request may differ from the one given to {@link HttpCache.fetch} by the conditional headers of the cache.
 *
 * @param signal aborts when nobody waits for the answer any more.
 */
export type Origin = (request: CacheRequest, signal?: AbortSignal) => Promise<OriginResponse>;

/**
 * What the cache did, as `X-Cache-Lookup` says it: `NOCACHE`, there is no cache (never said by a cache); `PASSED`, the request is none for a
 * cache; `MISS`, asked the origin; `HIT` and `MEM_HIT`, the content came from disk or memory, also where the origin confirmed it.
 */
export type CacheLookup = "NOCACHE" | "PASSED" | "MISS" | "HIT" | "MEM_HIT";

/** The answer of the cache. The body must be read to its end or given back (`return()` of its iterator, which `break` in `for await` calls). */
export interface CachedResponse extends OriginResponse {
  readonly lookup: CacheLookup;
  /** The member that this cache adds to `Cache-Status` (RFC 9211), such as `skitai; hit; ttl=30`. */
  readonly cacheStatus: string;
  /** Whether the content is a stored one. */
  readonly fromCache: boolean;
  /** Seconds since the origin made or confirmed the content, where it is a stored one (RFC 9111 section 4.2.3). */
  readonly age?: number | undefined;
}

export interface CacheFetchOptions {
  /** Ends the waiting, and the answer's body. Others who wait for the same answer still get it. */
  readonly signal?: AbortSignal | undefined;
  /** As if the request said `Cache-Control: no-cache`: the origin is asked, and its answer replaces the stored one. @default false */
  readonly noCache?: boolean | undefined;
  /** The request has credentials that no header shows, such as a client certificate: only what is `public` is stored or taken. @default false */
  readonly private?: boolean | undefined;
}
