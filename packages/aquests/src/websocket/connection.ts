import { waitingTime, type Duration } from "@skitai/reactor";
import type { WebSocket } from "ws";
import { AquestsError } from "../errors.ts";
import { webSocketFault } from "./faults.ts";
import { messageOf, valueOf } from "./message.ts";
import { endSocket } from "./open.ts";

/** How a connection ended: the code and the text of RFC 6455, section 7.4. 1006: it broke. */
export interface WebSocketClose {
  readonly code: number;
  readonly reason: string;
}

/** Beyond so many messages that nobody has taken, no more are read. */
const mostWaiting = 64;

/** @internal */
export interface ConnectionOptions {
  readonly address: string;
  readonly maxSize: number;
  readonly isJson: boolean;
  /** Milliseconds. */
  readonly heartbeat: number | undefined;
  /** Whether the client is closed. */
  readonly isClosed: () => boolean;
}

/**
 * A WebSocket that is open. Messages are taken by iterating over it; none is lost, and a server that is faster than the reader has to wait.
 *
 * @example
 * const socket = await was.ws.connect("ws://127.0.0.1:5000/chat?room_id=1");
 * await socket.send("hello");
 * for await (const message of socket) if (message === "bye") break;   // breaking closes it
 */
export class WebSocketConnection<Data = string | Buffer, Message = Data> implements AsyncIterable<Data>, AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #messages: Data[] = [];
  readonly #takers: { resolve(next: IteratorResult<Data, undefined>): void; reject(error: unknown): void }[] = [];
  #error: AquestsError | undefined = undefined;
  #isEnded = false;
  /** The subprotocol that the server has chosen; empty for none. */
  readonly protocol: string;
  /** How it ended, when it has. Never rejects. */
  readonly closed: Promise<WebSocketClose>;

  /** @internal */
  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.protocol = socket.protocol;
    socket.on("message", (data, isBinary) => {
      try {
        this.#arrived(valueOf(data, isBinary, options.isJson) as Data);
      } catch (error) {
        this.#error ??= error as AquestsError;
        endSocket(socket, 1007, "no JSON");
      }
    });
    socket.on("error", (error) => (this.#error ??= webSocketFault(error, options.address, options.maxSize, true)));
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        this.#ended(code);
        resolve({ code, reason: reason.toString() });
      });
    });
    if (options.heartbeat !== undefined) this.#beat(options.heartbeat);
    socket.resume();
  }

  /** Bytes that were sent and have not left yet. */
  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  /**
   * Sends a message; done when the system has taken it, so that awaiting it keeps memory flat.
   *
   * @throws SKITAI_AQUESTS_CHANNEL_CLOSED when the connection has ended, SKITAI_AQUESTS_BAD_REQUEST
   */
  send(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      const text = messageOf(message, this.#options.isJson);
      this.#socket.send(text, (error) => (error ? reject(this.#closedError(error)) : resolve()));
    });
  }

  /**
   * Asks the server whether it is there. Gives the milliseconds until its answer.
   *
   * @param timeout default `"10s"`.
   * @throws SKITAI_AQUESTS_TIMEOUT, SKITAI_AQUESTS_CHANNEL_CLOSED
   */
  ping(timeout: Duration = "10s"): Promise<number> {
    const limit = waitingTime(timeout, "timeout");
    const socket = this.#socket;
    const begun = performance.now();
    // What comes back tells this ping from others.
    const mark = `${begun}`;
    return new Promise((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        socket.off("pong", answered);
        socket.off("close", closed);
      };
      const answered = (data: Buffer): void => {
        if (data.toString() !== mark) return;
        over();
        resolve(performance.now() - begun);
      };
      const closed = (): void => {
        over();
        reject(this.#closedError());
      };
      const timer = setTimeout(() => {
        over();
        reject(new AquestsError("SKITAI_AQUESTS_TIMEOUT", { timeout: limit }));
      }, limit);
      socket.on("pong", answered);
      socket.on("close", closed);
      socket.ping(mark, undefined, (error) => {
        if (error as Error | null | undefined) closed();
      });
    });
  }

  /** Closes the connection and waits until it is. A server that does not join in has a second. */
  close(code = 1000, reason = ""): Promise<WebSocketClose> {
    endSocket(this.#socket, code, reason);
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Ends when the connection is closed; throws when it broke, or a message was not what it had to be. */
  [Symbol.asyncIterator](): AsyncIterator<Data, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  #next(): Promise<IteratorResult<Data, undefined>> {
    if (this.#messages.length > 0) {
      const value = this.#messages.shift()!;
      if (this.#messages.length === 0) this.#socket.resume();
      return Promise.resolve({ done: false, value });
    }
    if (this.#error) return Promise.reject(this.#error);
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  #arrived(value: Data): void {
    const taker = this.#takers.shift();
    if (taker) return taker.resolve({ done: false, value });
    this.#messages.push(value);
    if (this.#messages.length >= mostWaiting) this.#socket.pause();
  }

  #ended(code: number): void {
    const { address, isClosed } = this.#options;
    this.#isEnded = true;
    // 1006: there was no closing handshake.
    if (code === 1006)
      this.#error ??= isClosed()
        ? new AquestsError("SKITAI_AQUESTS_CLOSED")
        : new AquestsError("SKITAI_AQUESTS_DISCONNECTED", { address, reason: "it ended without being closed" });
    for (const { resolve, reject } of this.#takers.splice(0)) {
      if (this.#error) reject(this.#error);
      else resolve({ done: true, value: undefined });
    }
  }

  #beat(interval: number): void {
    let isAnswered = true;
    const socket = this.#socket;
    const timer = setInterval(() => {
      if (!isAnswered) {
        const { address } = this.#options;
        this.#error ??= new AquestsError("SKITAI_AQUESTS_DISCONNECTED", { address, reason: `it has not answered for ${interval} ms` });
        return socket.terminate();
      }
      isAnswered = false;
      socket.ping();
    }, interval).unref();
    socket.on("pong", () => (isAnswered = true));
    socket.once("close", () => clearInterval(timer));
  }

  #closedError(cause?: unknown): AquestsError {
    return (
      this.#error ??
      new AquestsError("SKITAI_AQUESTS_CHANNEL_CLOSED", { address: this.#options.address, reason: "it has ended." }, { cause })
    );
  }
}
