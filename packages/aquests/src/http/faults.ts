import { reasonOf } from "@skitai/reactor";
import { transportError } from "../core/faults.ts";
import { AquestsError, type AquestsErrorCode } from "../errors.ts";

/** What undici calls failures that have one meaning here. */
const codes: Readonly<Record<string, AquestsErrorCode>> = {
  UND_ERR_INVALID_ARG: "SKITAI_AQUESTS_BAD_REQUEST",
  UND_ERR_NOT_SUPPORTED: "SKITAI_AQUESTS_BAD_REQUEST",
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: "SKITAI_AQUESTS_BAD_REQUEST",
  UND_ERR_CLOSED: "SKITAI_AQUESTS_CLOSED",
  UND_ERR_DESTROYED: "SKITAI_AQUESTS_CLOSED",
  UND_ERR_HEADERS_OVERFLOW: "SKITAI_AQUESTS_BAD_ANSWER",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "SKITAI_AQUESTS_BAD_ANSWER",
  UND_ERR_BODY_TIMEOUT: "SKITAI_AQUESTS_TIMEOUT",
  ERR_HTTP2_STREAM_ERROR: "SKITAI_AQUESTS_HTTP2_RESET",
  ERR_HTTP2_STREAM_CANCEL: "SKITAI_AQUESTS_HTTP2_CLOSED",
};

/** What is known of the exchange that failed. */
export interface FaultContext {
  /** `host:port` */
  readonly address: string;
  readonly http2: boolean;
  /** The answer had begun. */
  readonly answering: boolean;
  /** Milliseconds that it might be silent. */
  readonly idleTimeout: number;
}

/** A failure of undici or of Node's sockets in the terms of this package. */
export const httpFault = (error: unknown, { address, http2, answering, idleTimeout }: FaultContext): AquestsError => {
  if (error instanceof AquestsError) return error;
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const made = (name: AquestsErrorCode, reason = reasonOf(error)): AquestsError =>
    new AquestsError(name, { address, host: address, reason, what: "sending", timeout: idleTimeout }, { cause: error });
  // Those of undici's parser have a code only where undici knows its name.
  if (error instanceof Error && error.name === "HTTPParserError") return made("SKITAI_AQUESTS_BAD_ANSWER");
  if (typeof code === "string") {
    const known = codes[code];
    if (known !== undefined) return made(known);
    if (code === "UND_ERR_INFO") return made(/stream/.test(reasonOf(error)) ? "SKITAI_AQUESTS_HTTP2_RESET" : "SKITAI_AQUESTS_HTTP2_CLOSED");
    if (code.startsWith("ERR_HTTP2_")) return made("SKITAI_AQUESTS_HTTP2_CLOSED");
    if (code === "UND_ERR_SOCKET" && http2) return made("SKITAI_AQUESTS_HTTP2_CLOSED");
    // The server ended the connection properly, in the middle of its answer.
    if (code === "UND_ERR_SOCKET" && answering) return made("SKITAI_AQUESTS_BAD_ANSWER", "the body is cut short");
  }
  return transportError(error, address) ?? made("SKITAI_AQUESTS_HANDLER_FAILED");
};

/** The body of a request broke: that speaks against the caller, and not against the server. */
export const bodyFault = (cause: unknown): AquestsError =>
  cause instanceof AquestsError
    ? cause
    : new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: `its body cannot be read: ${reasonOf(cause)}` }, { cause });
