import { duration, refuseUnknown, size, type Duration, type Size } from "@skitai/reactor";
import { callOptionNames, type CallOptions } from "../core/call.ts";
import { checkCallOptions } from "../core/check-call.ts";
import type { Runtime } from "../core/runtime.ts";
import { AquestsError } from "../errors.ts";
import type { Credentials } from "../http/url.ts";

/** Text goes as a text message, bytes as a binary one; with `encoding: "json"` any value as JSON. */
export type WebSocketMessage = string | Uint8Array | ArrayBuffer;

/** Options of a WebSocket call. */
export interface WebSocketOptions<Data = unknown> extends CallOptions<Data> {
  /** Headers of the request that opens the connection, such as `Origin`. */
  headers?: Readonly<Record<string, string>>;
  /** `["token"]` for bearer, `["user", "password"]` for basic. */
  auth?: Credentials;
  /** The subprotocols that are offered; the server chooses one. */
  protocols?: readonly string[];
  /** `"json"`: messages are written and read as JSON. @default "text" */
  encoding?: "text" | "json";
  /** Offer to compress messages (RFC 7692). @default true */
  compress?: boolean;
  /** Largest message that is read, unpacked. @default the client's, which is "64mb" */
  maxSize?: Size;
  /** Do not verify the server's certificate. @default the client's */
  insecure?: boolean;
}

/** Options of a connection that stays. Its time limit, `signal` and `callback` are for the opening. */
export interface WebSocketConnectOptions extends Omit<WebSocketOptions, "useCache" | "meta" | "filter" | "callback"> {
  /** Pings the server that often, and ends the connection when it has not answered by the next time. @default never */
  heartbeat?: Duration;
}

/** {@link WebSocketOptions} with every default filled in. */
export interface WebSocketSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Credentials | undefined;
  readonly protocols: readonly string[];
  readonly isJson: boolean;
  readonly compress: boolean;
  /** Bytes. */
  readonly maxSize: number;
  readonly insecure: boolean;
}

const webSocketOptionNames: Readonly<Record<keyof WebSocketOptions, true>> = {
  ...callOptionNames,
  headers: true,
  auth: true,
  protocols: true,
  encoding: true,
  compress: true,
  maxSize: true,
  insecure: true,
};

const { useCache: _, meta: __, filter: ___, callback: ____, ...opening } = webSocketOptionNames;
const connectOptionNames: Readonly<Record<keyof WebSocketConnectOptions, true>> = { ...opening, heartbeat: true };

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_AQUESTS_BAD_OPTION, SKITAI_REACTOR_BAD_SIZE */
export const resolveWebSocketOptions = (
  verb: string,
  { http }: Runtime,
  options: Readonly<Omit<WebSocketOptions, "filter" | "callback">>,
): WebSocketSettings => {
  refuseUnknown(`${verb}()`, options, webSocketOptionNames);
  checkCallOptions(options);
  const { headers = {}, auth, protocols = [], encoding = "text", compress = true, insecure = http.insecure, maxSize } = options;
  if (encoding !== "text" && encoding !== "json") throw bad("encoding", encoding, 'Use "text" or "json".');
  if (typeof compress !== "boolean") throw bad("compress", compress, "Use true or false.");
  if (typeof insecure !== "boolean") throw bad("insecure", insecure, "Use true or false.");
  if (!Array.isArray(protocols)) throw bad("protocols", protocols, "Use an array of names.");
  // Its value is not shown: it may hold a password.
  if (auth !== undefined && !(Array.isArray(auth) && (auth.length === 1 || auth.length === 2)))
    throw bad("auth", typeof auth, 'Use ["token"] or ["user", "password"].');
  const limit = maxSize === undefined ? http.maxSize : size(maxSize, "maxSize");
  return { headers, auth, protocols, isJson: encoding === "json", compress, maxSize: limit, insecure };
};

/** What is for the opening, and what is for the connection. @throws as {@link resolveWebSocketOptions} */
export const splitConnectOptions = (
  verb: string,
  options: WebSocketConnectOptions,
): { opening: Omit<WebSocketOptions, "filter" | "callback">; heartbeat: number | undefined } => {
  refuseUnknown(`${verb}.connect()`, options, connectOptionNames);
  const { heartbeat, ...rest } = options;
  const interval = heartbeat === undefined ? undefined : duration(heartbeat, "heartbeat");
  if (interval !== undefined && interval < 10) throw bad("heartbeat", heartbeat, "Use 10 ms at least.");
  return { opening: rest, heartbeat: interval };
};

const bad = (what: string, value: unknown, hint: string): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value, hint });
