import type { WebSocket } from "ws";
import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Operation, Reply } from "../core/operation.ts";
import type { Caller } from "../core/runtime.ts";
import { AquestsError } from "../errors.ts";
import { WebSocketConnection } from "./connection.ts";
import { webSocketFault } from "./faults.ts";
import { bytesOf, valueOf } from "./message.ts";
import { endSocket, openSocket, openSockets, type Refusal } from "./open.ts";
import type { WebSocketSettings } from "./options.ts";

const empty: Buffer = Buffer.alloc(0);

/** Opens a connection; what becomes of it is said by those below. An answer that depends on a conversation is never kept. */
abstract class WebSocketOperation<Data> implements Operation<Data> {
  readonly method: string = "GET";
  readonly idempotent: boolean = false;
  protected readonly caller: Caller;
  protected readonly settings: WebSocketSettings;
  readonly #path: string;

  constructor(caller: Caller, path: string, settings: WebSocketSettings) {
    this.caller = caller;
    this.settings = settings;
    this.#path = path;
  }

  cacheKey(): undefined {
    return undefined;
  }

  urlAt({ tls, address }: Endpoint): string {
    return `${tls ? "wss" : "ws"}://${address}${this.#path}`;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<Data>> {
    const { runtime } = this.caller;
    const opened = await openSocket(runtime, endpoint, this.#path, this.settings, this.caller.headers?.(), attempt);
    if (!("content" in opened)) return this.use(opened, endpoint, attempt);
    attempt.stopWith(undefined);
    throw refusalFault(opened, endpoint.address);
  }

  protected abstract use(socket: WebSocket, endpoint: Endpoint, attempt: Attempt): Promise<Reply<Data>>;
}

/** Sends one message, if there is one, and takes the first that comes back. */
export class MessageOperation<Data> extends WebSocketOperation<Data> {
  readonly #message: string | Uint8Array | undefined;

  constructor(caller: Caller, path: string, settings: WebSocketSettings, message: string | Uint8Array | undefined) {
    super(caller, path, settings);
    this.#message = message;
  }

  protected use(socket: WebSocket, { address }: Endpoint, attempt: Attempt): Promise<Reply<Data>> {
    const { maxSize, isJson } = this.settings;
    const { protocol } = socket;
    // Asked for later, it would be that of the client's next life.
    const sockets = openSockets(this.caller.runtime);
    return new Promise((resolve, reject) => {
      const done = (reply: Reply<Data>): void => {
        attempt.stopWith(undefined);
        resolve(reply);
        endSocket(socket);
      };
      attempt.stopWith((reason) => {
        reject(reason);
        socket.terminate();
      });
      socket.once("message", (data, isBinary) => {
        try {
          const value = valueOf(data, isBinary, isJson) as Data;
          done({ ...answered, content: bytesOf(data), data: value, details: { opcode: isBinary ? 2 : 1, protocol } });
        } catch (error) {
          reject(error);
          endSocket(socket, 1007);
        }
      });
      socket.once("error", (error) => reject(webSocketFault(error, address, maxSize, true)));
      socket.once("close", (code, reason) => {
        const details = { opcode: -1, protocol, code, reason: reason.toString() };
        if (orderly.has(code)) return done({ ...answered, content: empty, data: (isJson ? null : "") as Data, details });
        if (code !== 1006) return reject(closeFault(address, code, details));
        if (sockets.isClosed) reject(new AquestsError("SKITAI_AQUESTS_CLOSED"));
        else reject(new AquestsError("SKITAI_AQUESTS_DISCONNECTED", { address, reason: "it ended without being closed" }));
      });
      if (this.#message !== undefined) {
        attempt.sent = true;
        socket.send(this.#message);
      }
      socket.resume();
    });
  }
}

/** Hands the connection over. */
export class ConnectOperation<Data, Message> extends WebSocketOperation<WebSocketConnection<Data, Message>> {
  readonly #heartbeat: number | undefined;

  constructor(caller: Caller, path: string, settings: WebSocketSettings, heartbeat: number | undefined) {
    super(caller, path, settings);
    this.#heartbeat = heartbeat;
  }

  protected async use(socket: WebSocket, { address }: Endpoint, attempt: Attempt): Promise<Reply<WebSocketConnection<Data, Message>>> {
    const { maxSize, isJson } = this.settings;
    const sockets = openSockets(this.caller.runtime);
    // Another server may be faster, or the time over just now.
    attempt.stopWith(() => socket.terminate());
    const data = new WebSocketConnection<Data, Message>(socket, {
      address,
      maxSize,
      isJson,
      heartbeat: this.#heartbeat,
      isClosed: () => sockets.isClosed,
    });
    return { ...answered, content: empty, data };
  }
}

const answered = { statusCode: 200, reason: "OK", version: "WebSocket", headers: {} } as const;

/** Ends that are nobody's failure: the server is done, goes away, or gives no code (RFC 6455, section 7.4.1). */
const orderly: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/** Why there was no message, by the code that closed the connection. */
const closeFault = (address: string, code: number, details: { readonly reason: string }): AquestsError => {
  const reason = `the server ended it with ${code}${details.reason === "" ? "" : ` ${JSON.stringify(details.reason)}`} before its message.`;
  return new AquestsError("SKITAI_AQUESTS_CHANNEL_CLOSED", { address, reason }, { details });
};

/** An answer of HTTP, whatever its status: as the answer to a message it would be a lie. */
const refusalFault = ({ statusCode, reason, headers, content }: Refusal, address: string): AquestsError => {
  const details = { statusCode, reason, headers, content };
  return new AquestsError("SKITAI_AQUESTS_HANDSHAKE", { address, reason: `it answered ${statusCode} ${reason}` }, { details });
};
