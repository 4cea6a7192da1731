import type { UpstreamKind } from "@skitai/reactor";
import { begin, beginAll } from "../core/begin.ts";
import type { Call, Target } from "../core/call.ts";
import { checkCallOptions } from "../core/check-call.ts";
import type { Caller, Runtime } from "../core/runtime.ts";
import { findAlias, isAliased } from "../core/target.ts";
import { AquestsError } from "../errors.ts";
import { masked } from "../http/masked.ts";
import { credentialsIn, endpointOf, parseUrl, type Credentials } from "../http/url.ts";
import type { Sent } from "../rpc/remote.ts";
import type { WebSocketConnection } from "./connection.ts";
import { messageOf } from "./message.ts";
import { ConnectOperation, MessageOperation } from "./operation.ts";
import {
  resolveWebSocketOptions,
  splitConnectOptions,
  type WebSocketConnectOptions,
  type WebSocketMessage,
  type WebSocketOptions,
} from "./options.ts";

/** Sends one message over a connection of its own, and gives the first that comes back. */
export interface WebSocketCall<To extends "one" | "all"> {
  <Data = string | Buffer>(
    url: string,
    message?: WebSocketMessage,
    options?: WebSocketOptions<Data> & { encoding?: "text" },
  ): Sent<To, Data>;
  <Data = unknown>(url: string, message: unknown, options: WebSocketOptions<Data> & { encoding: "json" }): Sent<To, Data>;
}

/** Opens a connection that stays. */
export interface WebSocketConnect {
  <Data = unknown, Message = unknown>(
    url: string,
    options: WebSocketConnectOptions & { encoding: "json" },
  ): Promise<WebSocketConnection<Data, Message>>;
  (url: string, options?: WebSocketConnectOptions): Promise<WebSocketConnection<string | Buffer, WebSocketMessage>>;
}

/**
 * Speaks to WebSocket servers. `details.opcode` of a result is 1 for text, 2 for bytes, and -1 when the server closed the connection in an
 * orderly way (1000, 1001 or without a code) and without a message. Any other code of closing is a failure, `SKITAI_AQUESTS_CHANNEL_CLOSED`; in both
 * cases `details.code` and `details.reason` say why.
 *
 * @example
 * (await was.ws("ws://127.0.0.1:5000/echo", "hello")).data; // "hello"
 * const socket = await was.ws.connect("@chat/room?id=1");
 */
export interface WebSocketVerb extends WebSocketCall<"one"> {
  readonly lb: WebSocketCall<"one">;
  readonly map: WebSocketCall<"all">;
  /** @throws what went wrong, SKITAI_AQUESTS_HANDSHAKE when the server answers with an HTTP status instead */
  readonly connect: WebSocketConnect;
}

/** Makes `ws` and `wss`, which are the same: the URL or the alias says whether it is TLS. */
export const webSocketVerb =
  (verb: "ws" | "wss") =>
  (caller: Caller): WebSocketVerb => {
    const callOf = (url: string, message: unknown, options: WebSocketOptions = {}): Call<unknown> => {
      const { runtime } = caller;
      const { target, path, auth } = routeOf(runtime, url, verb);
      const { filter: _, callback: __, ...plain } = options;
      const settings = resolveWebSocketOptions(verb, runtime, plain);
      checkCallOptions(options);
      const sent = message === undefined ? undefined : messageOf(message, settings.isJson);
      const operation = new MessageOperation(caller, path, { ...settings, auth: settings.auth ?? auth }, sent);
      return { target, operation, options };
    };
    const connect = async (url: string, options: WebSocketConnectOptions = {}): Promise<WebSocketConnection<unknown, unknown>> => {
      const { runtime } = caller;
      const { opening, heartbeat } = splitConnectOptions(verb, options);
      const { target, path, auth } = routeOf(runtime, url, verb);
      const settings = resolveWebSocketOptions(verb, runtime, opening);
      const operation = new ConnectOperation(caller, path, { ...settings, auth: settings.auth ?? auth }, heartbeat);
      const result = await begin(caller, { target, operation, options: opening }).getwait(undefined, { reraise: true });
      return result.data;
    };
    const one = ((url: string, message?: unknown, options?: WebSocketOptions) =>
      begin(caller, callOf(url, message, options))) as WebSocketCall<"one">;
    const lb = ((url: string, message?: unknown, options?: WebSocketOptions) =>
      begin(caller, callOf(url, message, options))) as WebSocketCall<"one">;
    const map = ((url: string, message?: unknown, options?: WebSocketOptions) =>
      beginAll(caller, callOf(url, message, options))) as WebSocketCall<"all">;
    return Object.assign(one, { lb, map, connect: connect as WebSocketConnect });
  };

const kinds: readonly UpstreamKind[] = ["ws", "wss"];

const routeOf = (runtime: Runtime, url: string, verb: string): { target: Target; path: string; auth: Credentials | undefined } => {
  if (typeof url === "string" && isAliased(url)) {
    const { cluster, path } = findAlias(runtime, url, kinds, verb);
    const { pathname, search } = new URL(path.replace(/^\/+/, "/"), "http://alias");
    return { target: cluster, path: pathname + search, auth: undefined };
  }
  if (typeof url !== "string" || !/^wss?:\/\//i.test(url))
    throw new AquestsError("SKITAI_AQUESTS_BAD_TARGET", {
      value: typeof url === "string" ? masked(url) : url,
      hint: "use ws://host/path, wss://host/path or @alias/path.",
    });
  const parsed = parseUrl(url.replace(/^ws/i, "http"));
  return { target: endpointOf(parsed), path: parsed.pathname + parsed.search, auth: credentialsIn(parsed) };
};
