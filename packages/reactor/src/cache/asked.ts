import { requestField } from "./fields.ts";
import { keyOf } from "./invalidation.ts";
import { requestPolicy, type RequestPolicy } from "./request-policy.ts";
import type { CacheFetchOptions, CacheRequest, Origin } from "./types.ts";
import { ReactorError } from "../errors.ts";

/** A request, and what was read from it. */
export interface Asked {
  readonly request: CacheRequest;
  readonly origin: Origin;
  readonly key: string;
  readonly policy: RequestPolicy;
  /** It has credentials that no header shows. */
  readonly hidden: boolean;
  readonly signal: AbortSignal | undefined;
}

/** @throws SKITAI_REACTOR_BAD_OPTION for a URL that is not absolute. */
export const askedFor = (request: CacheRequest, origin: Origin, options: CacheFetchOptions | undefined): Asked => {
  const { key, hasCredentials } = checkedKey(request.url);
  return {
    request,
    origin,
    key,
    policy: requestPolicy(request, options),
    hidden: hasCredentials || options?.private === true,
    signal: options?.signal,
  };
};

/** @throws SKITAI_REACTOR_BAD_OPTION for a URL that is not absolute. */
export const checkedKey = (url: string): { readonly key: string; readonly hasCredentials: boolean } => {
  const key = keyOf(url);
  if (key !== undefined) return key;
  const hint = 'Use an absolute URL such as "http://host/path".';
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "The URL of a request to the cache", value: url, hint });
};

/**
 * Whether only the origin can answer a request: it has conditions that a cache cannot evaluate (RFC 9110 section 13.1.1), or a body, which would
 * have to be part of the key.
 */
export const isForOriginAlone = ({ headers }: CacheRequest): boolean =>
  headers["if-match"] !== undefined ||
  headers["if-unmodified-since"] !== undefined ||
  headers["transfer-encoding"] !== undefined ||
  (headers["content-length"] !== undefined && headers["content-length"] !== "0");

/** Whether a client wants a 304 or a part: its answer may be of no use to others. */
export const isConditional = ({ headers }: CacheRequest): boolean =>
  headers["if-none-match"] !== undefined || headers["if-modified-since"] !== undefined;

/** Whether a request names a user. */
export const hasCredentials = ({ request, hidden }: Asked): boolean =>
  hidden || requestField(request, "authorization") !== undefined || requestField(request, "cookie") !== undefined;
