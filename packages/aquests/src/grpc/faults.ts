import { reasonOf } from "@skitai/reactor";
import { transportError } from "../core/faults.ts";
import { AquestsError, type AquestsErrorCode } from "../errors.ts";

/** A failure of a stream or its connection in the terms of this package. */
export const streamFault = (error: unknown, address: string): AquestsError => {
  if (error instanceof AquestsError) return error;
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const made = (name: AquestsErrorCode, details: Record<string, unknown> = {}): AquestsError =>
    new AquestsError(name, { address, reason: reasonOf(error), ...details }, { cause: error });
  if (code === "SKITAI_REACTOR_RPC_UNREADABLE") return made("SKITAI_AQUESTS_BAD_CONTENT");
  if (code === "SKITAI_REACTOR_RPC_TOO_LARGE") return made("SKITAI_AQUESTS_TOO_LARGE", { limit: /\d+/.exec(reasonOf(error))?.[0] });
  if (code === "SKITAI_REACTOR_RPC_UNWRITABLE") return made("SKITAI_AQUESTS_BAD_REQUEST");
  if (code === "ERR_HTTP2_STREAM_ERROR") return made("SKITAI_AQUESTS_HTTP2_RESET");
  // Bytes that are no frames of HTTP/2: the server speaks something else.
  if (code === "ERR_HTTP2_ERROR") return made("SKITAI_AQUESTS_BAD_ANSWER");
  if (typeof code === "string" && code.startsWith("ERR_HTTP2_")) return made("SKITAI_AQUESTS_HTTP2_CLOSED");
  return transportError(error, address) ?? made("SKITAI_AQUESTS_HTTP2_CLOSED");
};
