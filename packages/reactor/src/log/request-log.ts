import { bareField, jsonField, quotedField } from "./escape.ts";
import { LogOff } from "./log-off.ts";
import type { Log } from "./logger.ts";
import { makeTimestamp } from "./timestamp.ts";
import { loggedToken } from "./token.ts";

/** One answered request, as the request log shows it. Strings may hold whatever a client sent: they are escaped when written. */
export interface RequestRecord {
  /** The peer's address, without port. */
  readonly remoteAddress: string | undefined;
  /** The `Host` header (`:authority` of HTTP/2). */
  readonly host: string | undefined;
  /** Upper-case; `PUSH` for a promised stream of HTTP/2. */
  readonly method: string;
  /** The request target with its query, not decoded. */
  readonly url: string;
  /** `"HTTP/1.1"`. */
  readonly version: string;
  /** Bytes of the request's body that were read. */
  readonly requestBytes: number;
  readonly status: number;
  /** Bytes sent: head and body. */
  readonly replyBytes: number;
  readonly gtxid: string | undefined;
  readonly ltxid: number | undefined;
  /** The name that HTTP authentication found. */
  readonly user?: string | undefined;
  /** The bearer token as it was sent; see {@link RequestLog} for what becomes of it. */
  readonly token?: string | undefined;
  readonly referer?: string | undefined;
  readonly userAgent?: string | undefined;
  /** The `X-Forwarded-For` header. */
  readonly forwardedFor?: string | undefined;
  /** `"M"` for a master or single process, else `"W0"`, `"W1"`, ... */
  readonly worker: string;
  /** Connections that are open now, to clients and to other servers. */
  readonly activeSockets: number;
  /** From the request's arrival to the start of its answer, in milliseconds. */
  readonly handlingMs: number;
  /** From the start of the answer to its end, in milliseconds. */
  readonly transferMs: number;
}

export interface RequestLogOptions {
  /** Write one JSON object per line instead of blank-separated fields. @default false */
  json?: boolean;
  /** The clock, milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

/**
 * Writes one line per answered request: `YYYY.MM.DD HH:MM:SS` and 19 fields, separated by single blanks, in the order of {@link RequestRecord}.
 *
 * User, referer and user agent are in double quotes, an absent value is `-`. No value can pass for another or for a line: blanks outside
 * quotes, quotes, backslashes, control characters and everything beyond ASCII are written as `\xHH` or `\uHHHH`.
 *
 * Bearer tokens are secrets and never written: a JWT shows its claims segment alone, any other token the first 8 hex digits of its SHA-256.
 *
 * @example
 * const requests = new RequestLog(loggers.get("request"));
 * requests.logOff("*.css", "/static/");
 * if (!requests.excluded(req.url)) requests.write(record);
 * // 2026.11.20 20:27:32 127.0.0.1 127.0.0.1:5000 GET /hello HTTP/1.1 0 200 130 GTID-421a-C61-R62 1000 - - - "curl/8.5.0" - W0 3 0 0
 */
export class RequestLog {
  readonly #log: Log;
  readonly #json: boolean;
  readonly #now: () => number;
  readonly #timestamp = makeTimestamp();
  readonly #off = new LogOff();

  constructor(log: Log, options: RequestLogOptions = {}) {
    this.#log = log;
    this.#json = options.json ?? false;
    this.#now = options.now ?? Date.now;
  }

  /** Writes the line. Whether the URL is excluded is the caller's to ask, before it gathers a record. */
  write(record: RequestRecord): void {
    const now = this.#now();
    this.#log.write(this.#json ? jsonLine(record, now) : textLine(record, this.#timestamp(now)));
  }

  /**
   * Turns the log off for some URLs: `"*.css"` for those that end so, query included; anything else, with or without a `*` at its end, for
   * those that start so. Calls add up. `/` is always logged.
   *
   * @throws SKITAI_REACTOR_BAD_OPTION for an empty pattern or one with a `*` elsewhere.
   */
  logOff(...patterns: string[]): void {
    this.#off.add(patterns);
  }

  /** Whether {@link logOff} excludes this URL. */
  excluded(url: string): boolean {
    return this.#off.excludes(url);
  }
}

// Joined, not added up: thousands of lines wait for the disk as flat strings, instead of as trees whose leaves have left the caches.
const textLine = (r: RequestRecord, time: string): string =>
  [
    time,
    bareField(r.remoteAddress),
    bareField(r.host),
    bareField(r.method),
    bareField(r.url),
    bareField(r.version),
    count(r.requestBytes),
    count(r.status),
    count(r.replyBytes),
    bareField(r.gtxid),
    r.ltxid === undefined ? "-" : count(r.ltxid),
    quotedField(r.user),
    bareField(loggedToken(r.token)),
    quotedField(r.referer),
    quotedField(r.userAgent),
    forwarded(r.forwardedFor),
    bareField(r.worker),
    count(r.activeSockets),
    count(r.handlingMs),
    `${count(r.transferMs)}\n`,
  ].join(" ");

const jsonLine = (r: RequestRecord, now: number): string =>
  `{"time":"${new Date(now).toISOString()}","remoteAddress":${jsonField(r.remoteAddress)},"host":${jsonField(r.host)},` +
  `"method":${jsonField(r.method)},"url":${jsonField(r.url)},"version":${jsonField(r.version)},` +
  `"requestBytes":${count(r.requestBytes)},"status":${count(r.status)},"replyBytes":${count(r.replyBytes)},` +
  `"gtxid":${jsonField(r.gtxid)},"ltxid":${r.ltxid === undefined ? "null" : count(r.ltxid)},` +
  `"user":${jsonField(r.user)},"token":${jsonField(loggedToken(r.token))},"referer":${jsonField(r.referer)},` +
  `"userAgent":${jsonField(r.userAgent)},"forwardedFor":${jsonField(r.forwardedFor)},"worker":${jsonField(r.worker)},` +
  `"activeSockets":${count(r.activeSockets)},"handlingMs":${count(r.handlingMs)},"transferMs":${count(r.transferMs)}}\n`;

/** A whole number, whatever a clock or a counter gave. */
const count = (value: number): number => (value > 0 && value < Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0);

/** The list without the blanks that may follow its commas (RFC 9110, 5.6.1), for this field has no quotes. */
const forwarded = (value: string | undefined): string =>
  value === undefined ? "-" : bareField(value.includes(" ") ? value.replace(/,[ \t]+/g, ",") : value);
