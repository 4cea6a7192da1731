import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Hop } from "../core/operation.ts";

/** An answer as it is handed to what decodes it. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly reason: string;
  /** `HTTP/1.1` or `HTTP/2.0`. */
  readonly version: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, its content encoding undone; empty where it is handed over as it arrives. */
  readonly content: Buffer;
  readonly stream: Readable | undefined;
  /** Settles with the stream as it comes over the connection. */
  readonly untilEnd?: (() => Promise<unknown>) | undefined;
  /** What answered in the end. */
  readonly url: string;
  readonly history: readonly Hop[];
  /** It comes from the HTTP cache. */
  readonly cached: boolean;
}

/** Fields that have one value; of several, the first counts. The others are lists. */
const single: ReadonlySet<string> = new Set([
  "age",
  "content-length",
  "content-type",
  "date",
  "etag",
  "expires",
  "last-modified",
  "location",
  "retry-after",
  "server",
]);

/** Headers as undici gives them, in the form of node:http: several fields of one name are joined, but for cookies. */
export const plainHeaders = (headers: Record<string, string | string[] | undefined>): IncomingHttpHeaders => {
  for (const name in headers) {
    const value = headers[name];
    if (name === "set-cookie") {
      if (typeof value === "string") headers[name] = [value];
    } else if (typeof value !== "string" && value !== undefined) headers[name] = single.has(name) ? value[0] : value.join(", ");
  }
  return headers;
};
