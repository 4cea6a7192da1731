import { ReactorError } from "../errors.ts";
import { wholeNumber } from "../internal/check-options.ts";
import { size, waitingTime, type Duration, type Size } from "../units.ts";

/** Bounds on what clients may send and how long they may take. */
export interface LimitOptions {
  /** How long an idle HTTP/1.x connection is kept for the next request. @default "30s" */
  keepAlive?: Duration;
  /** Longest time for a whole request head, and longest gap between two packets of a body or of a client that reads an answer. @default "30s" */
  requestTimeout?: Duration;
  /** Longest time for a whole request, body included. 0 is none. @default "300s" */
  bodyTimeout?: Duration;
  /** How long an HTTP/2 connection without a stream is kept. @default "120s" */
  http2KeepAlive?: Duration;
  /** Request line and headers together; more is answered with 431. @default "64kb" */
  maxHeaderSize?: Size;
  /** Most headers of a request; more is answered with 431. @default 200 */
  maxHeaders?: number;
  /** Longest request target; a longer one is answered with 414. @default "8kb" */
  maxUrlSize?: Size;
  /** Largest body that is no multipart form; a larger one is answered with 413. @default "5mb" */
  maxPostBodySize?: Size;
  /** Largest multipart form; a larger one is answered with 413. @default "20mb" */
  maxMultipartBodySize?: Size;
  /** Most connections of this process at once; more are answered with 503 and closed. @default Infinity */
  maxConnections?: number;
  /** Most requests on one HTTP/1.x connection, which is then closed. 0 is no limit. @default 0 */
  maxRequestsPerConnection?: number;
  /** Most concurrent streams of one HTTP/2 connection. @default 100 */
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
  maxHeaderSize: size(options.maxHeaderSize ?? "64kb", "maxHeaderSize"),
  maxHeaders: wholeNumber("maxHeaders", options.maxHeaders ?? 200, 1),
  maxUrlSize: size(options.maxUrlSize ?? "8kb", "maxUrlSize"),
  maxPostBodySize: size(options.maxPostBodySize ?? "5mb", "maxPostBodySize"),
  maxMultipartBodySize: size(options.maxMultipartBodySize ?? "20mb", "maxMultipartBodySize"),
  maxConnections: mostConnections(options.maxConnections ?? Number.POSITIVE_INFINITY),
  maxRequestsPerConnection: wholeNumber("maxRequestsPerConnection", options.maxRequestsPerConnection ?? 0),
  maxStreams: wholeNumber("maxStreams", options.maxStreams ?? 100, 1, 2 ** 32 - 1),
});

const mostConnections = (value: number): number => {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= 0)) return value;
  const hint = "Use a whole number from 0, or Infinity for no limit.";
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "maxConnections", value, hint });
};
