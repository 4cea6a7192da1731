import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ClientOptions, WebSocket } from "ws";
import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Pool } from "../core/pools.ts";
import type { Runtime } from "../core/runtime.ts";
import { AquestsError } from "../errors.ts";
import { basic } from "../http/basic.ts";
import { directConnector } from "../http/connector.ts";
import { webSocketFault } from "./faults.ts";
import type { WebSocketSettings } from "./options.ts";

/** A server that answered with HTTP instead of a WebSocket. */
export interface Refusal {
  readonly statusCode: number;
  readonly reason: string;
  readonly headers: IncomingMessage["headers"];
  readonly content: Buffer;
}

/** Open connections of one client, to be ended with it. */
class OpenSockets implements Pool {
  readonly #open = new Set<WebSocket>();
  isClosed = false;

  add(socket: WebSocket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
  }

  close(): void {
    this.isClosed = true;
    for (const socket of this.#open) socket.terminate();
  }
}

/** The open connections of a client. */
export const openSockets = ({ pools }: Runtime): OpenSockets => pools.get("websocket", () => new OpenSockets());

/** Most that is read of a refusal, in bytes. */
const longestRefusal = 65_536;

/**
 * Opens a connection. It is paused: nothing arrives before somebody can listen.
 *
 * @throws an `AquestsError` that says why there is none
 */
export const openSocket = async (
  runtime: Runtime,
  endpoint: Endpoint,
  path: string,
  settings: WebSocketSettings,
  more: Readonly<Record<string, string>> | undefined,
  attempt: Attempt,
): Promise<WebSocket | Refusal> => {
  // Loaded here, so that a process that opens none does not hold it.
  const { WebSocket: Socket } = await import("ws");
  if (attempt.cancelled) throw attempt.cancelled;
  return new Promise((resolve, reject) => {
    const { address, tls, user, password } = endpoint;
    const { headers, auth, protocols, compress, maxSize, insecure } = settings;
    const sockets = openSockets(runtime);
    const connector = directConnector({ endpoint, tls: runtime.http.tls, insecure, http2: false, h2c: false });
    const authorization = authorizationOf(auth ?? (user === undefined ? undefined : [user, password ?? ""]));
    const options: ClientOptions = {
      headers: { "User-Agent": runtime.http.userAgent, ...authorization, ...more, ...headers },
      perMessageDeflate: compress,
      maxPayload: maxSize,
      createConnection: ((_: unknown, done: (error: Error | null, socket?: Duplex) => void) => {
        connector.connect((error, socket) => (socket ? done(null, socket) : done(error)));
      }) as never,
    };
    let socket: WebSocket;
    try {
      socket = new Socket(`${tls ? "wss" : "ws"}://${address}${path}`, [...protocols], options);
    } catch (cause) {
      return reject(new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: (cause as Error).message }, { cause }));
    }
    let isOpen = false;
    sockets.add(socket);
    const giveUp = (reason: Error): void => {
      reject(reason);
      connector.giveUp();
      socket.terminate();
    };
    attempt.stopWith(giveUp);
    if (sockets.isClosed) giveUp(new AquestsError("SKITAI_AQUESTS_CLOSED"));
    socket.once("open", () => {
      isOpen = true;
      socket.pause();
      resolve(socket);
    });
    socket.once("unexpected-response", (_, response) => {
      refusalOf(response)
        .then(resolve, (error: unknown) => reject(webSocketFault(error, address, maxSize, false)))
        // It waits for the handshake still, and is held among those that are open.
        .finally(() => socket.terminate());
    });
    // It stays: an error that nobody listens to would end the process.
    socket.on("error", (error) => {
      if (!isOpen) reject(sockets.isClosed ? new AquestsError("SKITAI_AQUESTS_CLOSED") : webSocketFault(error, address, maxSize, false));
    });
  });
};

const authorizationOf = (auth: WebSocketSettings["auth"]): { Authorization?: string } => {
  if (auth === undefined) return {};
  const [first, password] = auth;
  return { Authorization: password === undefined ? `Bearer ${first}` : basic(first, password) };
};

const refusalOf = async (response: IncomingMessage): Promise<Refusal> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if ((size += chunk.length) > longestRefusal) break;
  }
  response.destroy();
  const { statusCode = 0, statusMessage = "", headers } = response;
  return { statusCode, reason: statusMessage, headers, content: Buffer.concat(chunks) };
};

/** Ends a connection in an orderly way, or at once when the server does not join in within a second. */
export const endSocket = (socket: WebSocket, code = 1000, reason = ""): void => {
  if (socket.readyState === socket.CLOSED) return;
  const timer = setTimeout(() => socket.terminate(), 1_000);
  socket.once("close", () => clearTimeout(timer));
  socket.resume();
  socket.close(code, reason);
};
