import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { AquestsError } from "../errors.ts";
import type { Hop, Reply } from "./operation.ts";
import { pseudoStatus } from "./pseudo-status.ts";
import { decodeText } from "./text.ts";

/** 0 nothing yet, 1 timeout, 2 failure, 3 an answer, whatever it says. */
export type ResultStatus = 0 | 1 | 2 | 3;

/** What a result needs to know of the call that it ends. */
export interface ResultOrigin {
  readonly method: string;
  readonly url: string;
  /** The server that answered, or that was asked last: `host:port`. */
  readonly node: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly keeper?: Keeper;
}

/** Who keeps results for later calls. */
export interface Keeper {
  /** @param seconds 0 or less forgets it. */
  keep(result: Result<unknown>, seconds: number): void;
}

const none: IncomingHttpHeaders = {};
const noHops: readonly Hop[] = [];
const noDetails: Readonly<Record<string, unknown>> = {};
const empty: Buffer = Buffer.alloc(0);

/**
 * How a request ended: with an answer (`status` 3, even if it says 404), a failure (2) or in time-out (1). It never rejects by itself.
 *
 * @example
 * const rs = await client.get("http://127.0.0.1:5000/users/1");
 * if (rs.status === 3 && rs.statusCode === 200) rs.data.name;
 * rs.reraise().data.name; // throws instead, unless there was an answer
 */
export class Result<Data> {
  readonly status: ResultStatus;
  /** HTTP's number, or from 700 why there was no answer. */
  readonly statusCode: number;
  readonly reason: string;
  /** `HTTP/1.1`, `HTTP/2.0`, `PostgreSQL`, ... */
  readonly version: string;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** The body as it came, its content encoding undone; empty without an answer. */
  readonly content: Buffer;
  /** The body as it arrives, where the call said `stream: true`. */
  readonly stream: Readable | undefined;
  /** The answer in the terms of its protocol: rows, a parsed document, a message; the bytes where nothing is known of them. A filter may replace it. */
  data: Data;
  readonly method: string;
  readonly url: string;
  readonly node: string;
  /** What the caller gave along. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** The answers before this one: redirects, refusals that credentials mended. */
  readonly history: readonly Hop[];
  /** What the protocol tells besides: columns, cursors, trailers. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Why there is no answer, or what the server complained of: the fault of an RPC, which is the `data` too. */
  readonly error: Error | undefined;
  /** It was not asked for now: it was kept. */
  readonly cached: boolean;
  readonly #keeper: Keeper | undefined;

  constructor(origin: ResultOrigin, reply: Reply<Data> | undefined, error: Error | undefined, status: ResultStatus, cached = false) {
    const known = error instanceof AquestsError ? error : undefined;
    this.status = status;
    this.statusCode = known?.statusCode ?? reply?.statusCode ?? 701;
    this.reason = known?.reason ?? reply?.reason ?? pseudoStatus[701];
    this.version = reply?.version ?? "";
    this.headers = reply?.headers ?? none;
    this.content = reply?.content ?? empty;
    this.stream = reply?.stream;
    this.data = reply === undefined ? (null as Data) : reply.data;
    this.method = origin.method;
    this.url = reply?.url ?? origin.url;
    this.node = origin.node;
    this.meta = origin.meta;
    this.history = reply?.history ?? known?.history ?? noHops;
    this.details = reply?.details ?? known?.details ?? noDetails;
    this.error = error ?? (this.data instanceof Error ? this.data : undefined);
    this.cached = cached || reply?.cached === true;
    this.#keeper = origin.keeper;
  }

  /** The body as text, in the charset that it claims; UTF-8 where it claims none or one that is not known. */
  get text(): string {
    return decodeText(this.content, this.headers["content-type"]);
  }

  /** There was an answer and it is a success: below 300, and no fault of RPC. */
  get ok(): boolean {
    return this.status === 3 && this.statusCode < 300 && this.error === undefined;
  }

  /** A header by its name in any case; several of one name are joined as HTTP does it. */
  getHeader(name: string): string | undefined {
    const value = this.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  /**
   * The body as JSON.
   *
   * @throws SKITAI_AQUESTS_BAD_CONTENT when it is not.
   */
  json<Value = Data>(): Value {
    try {
      return JSON.parse(this.text) as Value;
    } catch (cause) {
      throw new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", { reason: (cause as Error).message }, { cause });
    }
  }

  /**
   * Keeps this result for that many seconds: calls that ask for the same get it. Ignored unless there was an answer. 0 or less forgets what was kept.
   *
   * @param seconds default 300.
   */
  cache(seconds = 300): this {
    if (seconds <= 0 || (this.status === 3 && !this.cached && !this.stream)) this.#keeper?.keep(this, seconds);
    return this;
  }

  /** Forgets what was kept for this call. */
  expire(): this {
    return this.cache(0);
  }

  /** Throws what went wrong, unless there was an answer; HTTP errors are answers. */
  reraise(): this {
    if (this.status !== 3) throw this.error ?? new AquestsError("SKITAI_AQUESTS_HANDLER_FAILED", { what: "sending", reason: this.reason });
    return this;
  }

  /** Throws what {@link reraise} does, the fault of an RPC, and for an answer of 300 and more. @throws SKITAI_AQUESTS_HTTP_STATUS */
  raiseForStatus(): this {
    this.reraise();
    if (this.statusCode < 300 && !this.error) return this;
    const { statusCode, reason } = this;
    throw this.error ?? new AquestsError("SKITAI_AQUESTS_HTTP_STATUS", { status: statusCode, reason }, { statusCode, reason });
  }
}
