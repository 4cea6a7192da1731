import { reasonOf } from "@skitai/reactor";
import { AquestsError, type AquestsErrorCode } from "../errors.ts";

/** Failures that speak against the server that was asked, and not against the request. */
const memberFaults: ReadonlySet<AquestsErrorCode> = new Set([
  "SKITAI_AQUESTS_CONNECT_FAILED",
  "SKITAI_AQUESTS_DNS",
  "SKITAI_AQUESTS_TLS",
  "SKITAI_AQUESTS_DISCONNECTED",
  "SKITAI_AQUESTS_HTTP2_CLOSED",
  "SKITAI_AQUESTS_HTTP2_RESET",
  "SKITAI_AQUESTS_BAD_ANSWER",
]);

/**
 * Whether a failed try counts against the member, so that another one should be asked. A time limit may be shorter than what was asked for
 * takes: only several that it cut off in a row say that the member hangs.
 */
export const memberFault = (error: unknown): boolean | "slow" => {
  if (!(error instanceof AquestsError)) return false;
  return error.code === "SKITAI_AQUESTS_TIMEOUT" ? "slow" : memberFaults.has(error.code);
};

/** A connection that broke: what happens when a server closes an idle connection just as a request is put on it. */
export const isDisconnect = (error: unknown): boolean =>
  error instanceof AquestsError && (error.code === "SKITAI_AQUESTS_DISCONNECTED" || error.code === "SKITAI_AQUESTS_HTTP2_CLOSED");

/** Any thrown value as an error of this package. */
export const aquestsError = (error: unknown): AquestsError => {
  if (error instanceof AquestsError) return error;
  const reason = reasonOf(error);
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  if (typeof code === "string" && noMember.has(code)) return new AquestsError("SKITAI_AQUESTS_UNAVAILABLE", { reason }, { cause: error });
  return new AquestsError("SKITAI_AQUESTS_HANDLER_FAILED", { what: "sending", reason }, { cause: error });
};

/** What a cluster throws when none of its members may be asked. */
const noMember: ReadonlySet<string> = new Set([
  "SKITAI_REACTOR_NO_MEMBER",
  "SKITAI_REACTOR_CLUSTER_BUSY",
  "SKITAI_REACTOR_CLUSTER_OPEN",
  "SKITAI_REACTOR_CLUSTER_CLOSED",
]);

const connecting: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
  "ENOENT",
  "EACCES",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const resolving: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME", "EADDRINFO"]);

const broken: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ECONNABORTED",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_CLOSED",
  "UND_ERR_DESTROYED",
]);

/**
 * An error of Node's sockets, resolver or TLS, or of a driver that passes them on, in the terms of this package; undefined when it is none of these.
 */
export const transportError = (error: unknown, address: string): AquestsError | undefined => {
  if (error instanceof AquestsError) return error;
  const [first] = error instanceof AggregateError ? error.errors : [error];
  const code: unknown = first instanceof Error ? Reflect.get(first, "code") : undefined;
  if (typeof code !== "string") return undefined;
  const details = { address, host: address, reason: reasonOf(first) };
  const made = (name: AquestsErrorCode): AquestsError => new AquestsError(name, details, { cause: error });
  if (resolving.has(code)) return made("SKITAI_AQUESTS_DNS");
  if (connecting.has(code)) return made("SKITAI_AQUESTS_CONNECT_FAILED");
  if (code === "ETIMEDOUT" && Reflect.get(first as object, "syscall") === "connect") return made("SKITAI_AQUESTS_CONNECT_FAILED");
  if (broken.has(code)) return made("SKITAI_AQUESTS_DISCONNECTED");
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|ERR_OSSL|EPROTO)/.test(code))
    return made("SKITAI_AQUESTS_TLS");
  return undefined;
};
