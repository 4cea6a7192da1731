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
  #streams = 0;
  #hangingUp = false;

  constructor(session: ServerHttp2Session, socket: Socket, limits: Limits) {
    this.#session = session;
    this.#socket = socket;
    this.#limits = limits;
    session.setTimeout(limits.http2KeepAlive);
    session.on("timeout", () => this.#idle());
    // What breaks one connection is that client's affair.
    session.on("error", () => session.destroy());
    // However a session ends, this is what Node does last.
    const end = socket.end.bind(socket) as (...args: unknown[]) => Socket;
    socket.end = (...args: unknown[]) => {
      this.#hangUp();
      return end(...args);
    };
  }

  /** Counts a stream until it is over. */
  add(stream: ServerHttp2Stream): void {
    this.#streams++;
    stream.once("close", () => this.#streams--);
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

  #idle(): void {
    if (this.#streams > 0) return void this.#session.setTimeout(this.#limits.http2KeepAlive);
    this.#session.close();
    this.#hangUp();
  }

  /** Gives the client so much time to take what is left and to close its side. */
  #hangUp(): void {
    const { requestTimeout } = this.#limits;
    if (this.#hangingUp || this.#socket.destroyed || requestTimeout === 0) return;
    this.#hangingUp = true;
    const patience = setTimeout(() => void this.#socket.destroy(), requestTimeout).unref();
    this.#socket.once("close", () => clearTimeout(patience));
  }
}
