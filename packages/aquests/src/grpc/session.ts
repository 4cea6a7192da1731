import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import type { Socket } from "node:net";

/** A connection without streams is closed after five minutes. */
const idleTime = 300_000;

/** One HTTP/2 connection. While it has no streams, it holds no process. */
export class Session {
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  #streams = 0;
  #isRetired = false;
  /** Why the connection ended, where it ended badly. */
  error: Error | undefined = undefined;
  /** The last stream that the server takes, once it has said that it takes no more. */
  lastStream: number | undefined = undefined;

  /** @param gone called once, when no stream should be put on it any more. */
  constructor(session: ClientHttp2Session, socket: Socket, gone: () => void) {
    this.#session = session;
    this.#socket = socket;
    const retire = (): void => {
      this.#isRetired = true;
      gone();
    };
    session.unref();
    session.on("error", (error: Error) => (this.error = error));
    session.on("goaway", (_, lastStream: number) => {
      this.lastStream = lastStream;
      retire();
    });
    session.on("close", retire);
    session.setTimeout(idleTime, () => {
      if (this.#streams === 0) this.retire();
    });
    this.retire = () => {
      retire();
      if (!session.closed) session.close();
    };
  }

  /** Takes no more streams; ends when those that it has are over. */
  readonly retire: () => void;

  get hasRoom(): boolean {
    const { closed, destroyed, remoteSettings } = this.#session;
    return !this.#isRetired && !closed && !destroyed && this.#streams < (remoteSettings.maxConcurrentStreams ?? Infinity);
  }

  get isDestroyed(): boolean {
    return this.#session.destroyed;
  }

  /** All that has ever arrived, in bytes. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** @throws when the connection has just ended */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const stream = this.#session.request(headers, { endStream: false });
    if (this.#streams++ === 0) this.#session.ref();
    stream.once("close", () => {
      if (--this.#streams > 0 || this.#session.destroyed) return;
      if (this.#isRetired) this.destroy();
      else this.#session.unref();
    });
    return stream;
  }

  /** Asks the server that often whether it is there, and ends the connection when it has not answered by the next time. */
  keepAlive(interval: number): NodeJS.Timeout {
    let isAnswered = true;
    return setInterval(() => {
      if (!isAnswered || this.#session.destroyed) return this.destroy(new Error(`it has not answered for ${interval} ms`));
      isAnswered = false;
      this.#session.ping((error) => (isAnswered = error === null));
    }, interval).unref();
  }

  destroy(error?: Error): void {
    if (!this.#session.destroyed) this.#session.destroy(error);
  }
}
