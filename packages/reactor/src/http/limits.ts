import { ReactorError } from "../errors.ts";
import { wholeNumber } from "../internal/check-options.ts";
import { size, waitingTime, type Duration, type Size } from "../units.ts";

/** Bounds on what clients may send and how long they may take. */
export interface LimitOptions {
  /** How long an idle HTTP/1.x connection is kept for the next request; 0 is for ever. @default "30s" */
  keepAlive?: Duration;
  /**
   * Longest time for a TLS handshake and for a whole request head, and longest gap between two packets of a body or of a client that reads an
   * answer; 0 is for ever, of a handshake two minutes. It counts only while the client owes something: a handler may think for longer, and a
   * body that nobody reads may wait. @default "30s"
   */
  requestTimeout?: Duration;
  /** Longest time for a whole request, body included; 0 is for ever. @default "300s" */
  bodyTimeout?: Duration;
  /** How long an HTTP/2 connection without a stream is kept; 0 is for ever. @default "120s" */
  http2KeepAlive?: Duration;
  /** Request line and headers together, at least a byte; more is answered with 431. @default "64kb" */
  maxHeaderSize?: Size;
  /** Most headers of a request, at least 1; more is answered with 431. @default 200 */
  maxHeaders?: number;
  /** Longest request target, at least a byte; a longer one is answered with 414. @default "8kb" */
  maxUrlSize?: Size;
  /** Largest body that is no multipart form; a larger one is answered with 413. 0 allows none. @default "5mb" */
  maxPostBodySize?: Size;
  /** Largest multipart form; a larger one is answered with 413. 0 allows none. @default "20mb" */
  maxMultipartBodySize?: Size;
  /** Most connections of this process at once; more are answered with 503 and closed. 0 allows none. @default Infinity */
  maxConnections?: number;
  /** Most requests on one HTTP/1.x connection, which is then closed; 0 is no limit. @default 0 */
  maxRequestsPerConnection?: number;
  /** Most concurrent streams of one HTTP/2 connection, at least 1. @default 100 */
  maxStreams?: number;
}

/** {@link LimitOptions} with every default filled in: milliseconds and bytes. */
export type Limits = { readonly [Name in keyof Required<LimitOptions>]: number };

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION, SKITAI_REACTOR_BAD_SIZE */
export const resolveLimits = (options: LimitOptions): Limits => ({
  keepAlive: waitingTime(options.keepAlive ?? "30s", "keepAlive"),
  requestTimeout: waitingTime(options.requestTimeout ?? "30s", "requestTimeout"),
  bodyTimeout: waitingTime(options.bodyTimeout ?? "300s", "bodyTimeout"),
  http2KeepAlive: waitingTime(options.http2KeepAlive ?? "120s", "http2KeepAlive"),
  maxHeaderSize: someBytes("maxHeaderSize", options.maxHeaderSize ?? "64kb"),
  maxHeaders: wholeNumber("maxHeaders", options.maxHeaders ?? 200, 1),
  maxUrlSize: someBytes("maxUrlSize", options.maxUrlSize ?? "8kb"),
  maxPostBodySize: size(options.maxPostBodySize ?? "5mb", "maxPostBodySize"),
  maxMultipartBodySize: size(options.maxMultipartBodySize ?? "20mb", "maxMultipartBodySize"),
  maxConnections: mostConnections(options.maxConnections ?? Number.POSITIVE_INFINITY),
  maxRequestsPerConnection: wholeNumber("maxRequestsPerConnection", options.maxRequestsPerConnection ?? 0),
  maxStreams: wholeNumber("maxStreams", options.maxStreams ?? 100, 1, 2 ** 32 - 1),
});

const someBytes = (what: string, value: Size): number => {
  const bytes = size(value, what);
  if (bytes > 0) return bytes;
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value, hint: "No request is that short: use a size of at least a byte." });
};

const mostConnections = (value: number): number => {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= 0)) return value;
  const hint = "Use a whole number from 0, or Infinity for no limit.";
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "maxConnections", value, hint });
};
