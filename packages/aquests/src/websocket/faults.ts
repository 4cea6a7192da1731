import { reasonOf } from "@skitai/reactor";
import { transportError } from "../core/faults.ts";
import { AquestsError, type AquestsErrorCode } from "../errors.ts";

const tooLarge: ReadonlySet<unknown> = new Set([
  "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
  "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
  "WS_ERR_TOO_MANY_BUFFERED_PARTS",
]);

/**
 * A failure of the `ws` package or of a socket in the terms of this package.
 *
 * @param isOpen the handshake was over.
 */
export const webSocketFault = (error: unknown, address: string, maxSize: number, isOpen: boolean): AquestsError => {
  const known = transportError(error, address);
  if (known) return known;
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const made = (name: AquestsErrorCode): AquestsError =>
    new AquestsError(name, { address, reason: reasonOf(error), limit: maxSize }, { cause: error });
  if (tooLarge.has(code)) return made("SKITAI_AQUESTS_TOO_LARGE");
  if (isOpen) return made("SKITAI_AQUESTS_BAD_CONTENT");
  // What is no HTTP at all, and what is HTTP but no WebSocket.
  return made(typeof code === "string" && code.startsWith("HPE_") ? "SKITAI_AQUESTS_BAD_ANSWER" : "SKITAI_AQUESTS_HANDSHAKE");
};
