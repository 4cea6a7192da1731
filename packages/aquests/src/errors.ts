import { errorMessage } from "@skitai/reactor";
import type { Hop } from "./core/operation.ts";
import { pseudoStatus, type PseudoStatus } from "./core/pseudo-status.ts";

/**
 * Every error that this package throws, or puts into a `Result`, by name. Recognise one by its `code`; `docs/errors.md` says when each happens and what to do.
 */
const templates = {
  SKITAI_AQUESTS_BAD_OPTION: "{what} cannot be {value}. {hint}",
  SKITAI_AQUESTS_BAD_TARGET: "Cannot send a request to {value}: {hint}",
  SKITAI_AQUESTS_ALIAS_UNKNOWN: "There is no alias @{name}. Known: {known}. Define it with alias({value}, kind, members).",
  SKITAI_AQUESTS_ALIAS_KIND: "@{name} stands for {kind} servers, which {verb} cannot speak to.",
  SKITAI_AQUESTS_MULTIPLE_RESULTS: "Multiple results: use getswait().",
  SKITAI_AQUESTS_DRIVER_MISSING: "{what} needs the package {name}, which is not installed. Run: npm install {name}",
  SKITAI_AQUESTS_DRIVER_FAILED: "The package {name} cannot be loaded: {reason}",
  SKITAI_AQUESTS_CLOSED: "This client is closed. Make a new one.",
  SKITAI_AQUESTS_BAD_REQUEST: "The request cannot be built: {reason}",
  SKITAI_AQUESTS_TIMEOUT: "There was no answer within {timeout} ms.",
  SKITAI_AQUESTS_ABORTED: "The request was aborted: {reason}",
  SKITAI_AQUESTS_CONNECT_FAILED: "Cannot connect to {address}: {reason}",
  SKITAI_AQUESTS_DNS: "There is no address for the name {host}: {reason}",
  SKITAI_AQUESTS_TLS: "Cannot trust {address}: {reason}",
  SKITAI_AQUESTS_DISCONNECTED: "The connection to {address} broke: {reason}",
  SKITAI_AQUESTS_HTTP2_CLOSED: "The HTTP/2 connection to {address} was closed: {reason}",
  SKITAI_AQUESTS_HTTP2_RESET: "{address} reset the HTTP/2 stream: {reason}",
  SKITAI_AQUESTS_BAD_ANSWER: "{address} answered with what its protocol does not know: {reason}",
  SKITAI_AQUESTS_HANDSHAKE: "{address} opens no WebSocket: {reason}",
  SKITAI_AQUESTS_CHANNEL_CLOSED: "The WebSocket to {address} is closed: {reason}",
  SKITAI_AQUESTS_BAD_CONTENT: "The answer is not what it claims to be: {reason}",
  SKITAI_AQUESTS_UNACCEPTABLE: "The answer is {value}, which was not asked for.",
  SKITAI_AQUESTS_TOO_LARGE: "The answer is larger than {limit} bytes.",
  SKITAI_AQUESTS_REDIRECT: "Cannot follow the redirect to {value}: {reason}",
  SKITAI_AQUESTS_AUTH_METHOD: "{address} asks for credentials in a way that is not known: {value}",
  SKITAI_AQUESTS_HANDLER_FAILED: "The {what} of the request failed: {reason}",
  SKITAI_AQUESTS_UNAVAILABLE: "No server can take the request: {reason}",
  SKITAI_AQUESTS_DATABASE: "The database refuses: {reason}",
  SKITAI_AQUESTS_SQLMAP: "{file} is no sqlmap: {reason}",
  SKITAI_AQUESTS_HTTP_STATUS: "{status} {reason}",
} as const;

/** The `statusCode` of results that end with an error; 701 where nothing stands here. */
const statuses: Partial<Record<AquestsErrorCode, PseudoStatus>> = {
  SKITAI_AQUESTS_CLOSED: 712,
  SKITAI_AQUESTS_BAD_REQUEST: 731,
  SKITAI_AQUESTS_TIMEOUT: 730,
  SKITAI_AQUESTS_ABORTED: 712,
  SKITAI_AQUESTS_CONNECT_FAILED: 714,
  SKITAI_AQUESTS_DNS: 704,
  SKITAI_AQUESTS_TLS: 713,
  SKITAI_AQUESTS_DISCONNECTED: 700,
  SKITAI_AQUESTS_HTTP2_CLOSED: 720,
  SKITAI_AQUESTS_HTTP2_RESET: 721,
  SKITAI_AQUESTS_BAD_ANSWER: 707,
  SKITAI_AQUESTS_HANDSHAKE: 716,
  SKITAI_AQUESTS_CHANNEL_CLOSED: 710,
  SKITAI_AQUESTS_BAD_CONTENT: 709,
  SKITAI_AQUESTS_UNACCEPTABLE: 718,
  SKITAI_AQUESTS_TOO_LARGE: 719,
  SKITAI_AQUESTS_REDIRECT: 711,
  SKITAI_AQUESTS_AUTH_METHOD: 706,
  SKITAI_AQUESTS_HANDLER_FAILED: 701,
  SKITAI_AQUESTS_UNAVAILABLE: 714,
};

/** The stable codes of this package's errors. */
export type AquestsErrorCode = keyof typeof templates;

/** The codes in the order of the table; `docs/errors.md` lists the same. */
export const aquestsErrorCodes: readonly AquestsErrorCode[] = Object.keys(templates) as AquestsErrorCode[];

export interface AquestsErrorOptions {
  /** The error underneath. */
  cause?: unknown;
  /** What to use instead of the code's own pseudo status: that of a database's answer, for example. */
  statusCode?: number;
  reason?: string;
  /** The answers before the one that could not be followed: what `Result.history` shows. */
  history?: readonly Hop[] | undefined;
  /** What is known besides: what `Result.details` shows. */
  details?: Readonly<Record<string, unknown>>;
}

/** The base of every error of `@skitai/aquests`. */
export class AquestsError extends Error {
  override readonly name: string = "AquestsError";
  readonly code: AquestsErrorCode;
  /** What `Result.statusCode` shows. @default 701 */
  readonly statusCode: number;
  /** What `Result.reason` shows. */
  readonly reason: string;
  /** What `Result.history` shows: the answers on the way to this error. */
  readonly history: readonly Hop[] | undefined;
  /** What `Result.details` shows: the code that closed a WebSocket, for example. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: AquestsErrorCode, details: Record<string, unknown> = {}, options: AquestsErrorOptions = {}) {
    super(errorMessage(templates[code], details), options.cause === undefined ? undefined : { cause: options.cause });
    const status = statuses[code] ?? 701;
    this.code = code;
    this.statusCode = options.statusCode ?? status;
    this.reason = options.reason ?? pseudoStatus[status];
    this.history = options.history;
    this.details = options.details;
  }
}
