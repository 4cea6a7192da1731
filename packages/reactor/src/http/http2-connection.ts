import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Limits } from "./limits.ts";

/** How long a client may take to answer the ping that follows the first GOAWAY, in milliseconds; some close without an answer. */
const farewellPatience = 300;

/**
 * One HTTP/2 connection. It ends when nobody uses it any more or when it breaks, also against a client that never closes its own side: Node would wait for it.
 */
export class Http2Connection {
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  readonly #limits: Limits;
  /** A timer of its own: Node's for sessions starts again by what happens after a session has ended, and keeps it in memory. */
  readonly #idle: NodeJS.Timeout | undefined;
  #streams = 0;
  #hangUp: NodeJS.Timeout | undefined;

  constructor(session: ServerHttp2Session, socket: Socket, limits: Limits) {
    this.#session = session;
    this.#socket = socket;
    this.#limits = limits;
    this.#idle = limits.http2KeepAlive === 0 ? undefined : setTimeout(() => this.#expire(), limits.http2KeepAlive).unref();
    // What breaks one connection is that client's affair.
    session.on("error", () => session.destroy());
    // However a session ends, this is what Node does last.
    const end = socket.end.bind(socket) as (...args: unknown[]) => Socket;
    socket.end = (...args: unknown[]) => {
      this.#endSoon();
      return end(...args);
    };
    socket.once("close", () => {
      clearTimeout(this.#idle);
      clearTimeout(this.#hangUp);
    });
  }

  /** Counts a stream until it is over. */
  add(stream: ServerHttp2Stream): void {
    this.#streams++;
    stream.once("close", () => {
      this.#streams--;
      if (this.#streams === 0 && !this.#socket.destroyed) this.#idle?.refresh();
    });
  }

  /** Sends GOAWAY in two steps (RFC 9113 section 6.8): what is under way when the first arrives is still answered. */
  leave(): void {
    const session = this.#session;
    if (session.closed || session.destroyed) return;
    const close = (): void => {
      clearTimeout(patience);
      if (!session.destroyed) session.close();
    };
    const patience = setTimeout(close, farewellPatience);
    session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
    session.ping(close);
  }

  #expire(): void {
    // It starts again when the last of them is over.
    if (this.#streams > 0) return;
    this.#session.close();
    this.#endSoon();
  }

  /** Gives the client so much time to take what is left and to close its side. */
  #endSoon(): void {
    const { requestTimeout } = this.#limits;
    if (this.#hangUp || this.#socket.destroyed || requestTimeout === 0) return;
    this.#hangUp = setTimeout(() => void this.#socket.destroy(), requestTimeout).unref();
  }
}
