import { reasonOf } from "@skitai/reactor";
import { transportError } from "../core/faults.ts";
import { AquestsError, type AquestsErrorCode } from "../errors.ts";
import { badRequest, databaseError } from "../sql/faults.ts";

/** ShutdownInProgress, InterruptedAtShutdown */
const leaving: ReadonlySet<unknown> = new Set([91, 11600]);

/** MaxTimeMSExpired */
const expired = 50;

/** What the driver calls a failure; those that do not stand here are mistakes in what was asked. */
const codes: Readonly<Record<string, AquestsErrorCode>> = {
  MongoServerSelectionError: "SKITAI_AQUESTS_CONNECT_FAILED",
  MongoPoolClearedError: "SKITAI_AQUESTS_CONNECT_FAILED",
  MongoWaitQueueTimeoutError: "SKITAI_AQUESTS_CONNECT_FAILED",
  MongoNetworkError: "SKITAI_AQUESTS_DISCONNECTED",
  MongoNetworkTimeoutError: "SKITAI_AQUESTS_DISCONNECTED",
  PoolClearedOnNetworkError: "SKITAI_AQUESTS_DISCONNECTED",
  MongoServerClosedError: "SKITAI_AQUESTS_DISCONNECTED",
  MongoClientClosedError: "SKITAI_AQUESTS_DISCONNECTED",
  MongoTopologyClosedError: "SKITAI_AQUESTS_DISCONNECTED",
  MongoPoolClosedError: "SKITAI_AQUESTS_DISCONNECTED",
  MongoNotConnectedError: "SKITAI_AQUESTS_DISCONNECTED",
  MongoParseError: "SKITAI_AQUESTS_BAD_ANSWER",
  MongoDecompressionError: "SKITAI_AQUESTS_BAD_ANSWER",
  MongoUnexpectedServerResponseError: "SKITAI_AQUESTS_BAD_ANSWER",
};

/**
 * An error of the driver in the terms of this package: the server's own words, or that there is no way to it.
 *
 * @param limit the milliseconds after which the server was to give up because the call would.
 */
export const mongodbError = (error: unknown, address: string, limit?: number): AquestsError => {
  if (error instanceof AquestsError) return error;
  const reason = reasonOf(error);
  const made = (code: AquestsErrorCode): AquestsError => new AquestsError(code, { address, reason }, { cause: error });
  const name = error instanceof Error ? error.name : "";
  if (name === "MongoServerError" || name === "MongoWriteConcernError") {
    const code: unknown = Reflect.get(error as object, "code");
    if (leaving.has(code)) return made("SKITAI_AQUESTS_DISCONNECTED");
    if (code === expired && limit !== undefined) return new AquestsError("SKITAI_AQUESTS_TIMEOUT", { timeout: limit }, { cause: error });
    return databaseError(error);
  }
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const transport = transportError(inner, address);
    if (transport) return transport;
  }
  const code = codes[name];
  // A connection that was never there cannot break.
  if (code === "SKITAI_AQUESTS_DISCONNECTED" && isHandshake(error)) return made("SKITAI_AQUESTS_CONNECT_FAILED");
  return code ? made(code) : badRequest(reason, error);
};

const isHandshake = (error: unknown): boolean => {
  const { beforeHandshake, hasErrorLabel } = error as { beforeHandshake?: unknown; hasErrorLabel?: (label: string) => boolean };
  return beforeHandshake === true || hasErrorLabel?.call(error, "HandshakeError") === true;
};

/** Failures before a byte of the command was written. */
export const isUnsent = ({ code }: AquestsError): boolean =>
  code === "SKITAI_AQUESTS_CONNECT_FAILED" ||
  code === "SKITAI_AQUESTS_DNS" ||
  code === "SKITAI_AQUESTS_TLS" ||
  code === "SKITAI_AQUESTS_BAD_REQUEST";
