import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Attempt } from "./attempt.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * What one protocol does for one request. It knows how to ask one server and how to read its answer; of clusters, caches, time limits,
 * results and callbacks it knows nothing. The one extension point of this package: a protocol is a function that makes these.
 */
export interface Operation<Data> {
  /** What results show as their `method`: `GET`, `execute`, `bbs.query`. */
  readonly method: string;
  /** May be sent again after it was sent, because twice has the effect of once (RFC 9110, section 9.2.2). */
  readonly idempotent: boolean;
  /**
   * Everything that the answer depends on besides the server's alias or address: verb, path, parameters, credentials, headers that matter. A fresh
   * text for each call; undefined where the answer must not be kept. Asked for only where something is or will be kept.
   */
  cacheKey(): string | undefined;
  /** What results show as their `url`; no credentials. */
  urlAt(endpoint: Endpoint): string;
  /**
   * Asks one server. Rejects with an `AquestsError` that says what happened; an answer that is an error in the terms of the protocol (HTTP 404, an
   * XML-RPC fault) is a reply. Must stop soon when it is told so by what it gave to `attempt.stopWith`.
   */
  send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<Data>>;
  /** There was no answer and will be no further try: frees what only this request would have used, a stream that was its body. */
  abandon?(): void;
}

/** What a server answered, read and decoded. */
export interface Reply<Data> {
  /** Of HTTP, or 200 where the protocol has no such number. */
  readonly statusCode: number;
  readonly reason: string;
  /** `HTTP/1.1`, `HTTP/2.0`, `PostgreSQL`, ... */
  readonly version: string;
  readonly headers: IncomingHttpHeaders;
  readonly content: Buffer;
  readonly data: Data;
  /** The body as it arrives, where the call asked for a stream; then `content` is empty. */
  readonly stream?: Readable | undefined;
  /**
   * Settles when an answer that is handed over as it arrives has ended; rejects when it broke. Until then it counts as under way, and what was given to
   * `attempt.stopWith` still ends it.
   */
  readonly untilEnd?: (() => Promise<unknown>) | undefined;
  /** The URL that answered in the end, where redirects were followed. */
  readonly url?: string | undefined;
  readonly history?: readonly Hop[];
  /** What the protocol tells besides: the columns of a row set, the cursor of a query, the trailers of gRPC. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** It comes from the HTTP cache. */
  readonly cached?: boolean;
}

/** An answer on the way to the last one: a redirect, or a refusal that credentials mended. */
export interface Hop {
  readonly statusCode: number;
  readonly reason: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}
