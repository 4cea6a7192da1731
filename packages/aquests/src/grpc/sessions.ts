import { connect, type ClientHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Pool } from "../core/pools.ts";
import { AquestsError } from "../errors.ts";
import { directConnector, type Connector, type ConnectorOptions } from "../http/connector.ts";
import { Session } from "./session.ts";

/** The HTTP/2 connections to one server: one, and another when the server takes no more streams on it. */
export class GrpcSessions implements Pool {
  readonly #endpoint: Endpoint;
  readonly #connector: Connector;
  readonly #open = new Set<Session>();
  #opening: Promise<Session> | undefined = undefined;
  #waiting = 0;
  #isClosed = false;

  constructor(options: Omit<ConnectorOptions, "http2" | "h2c">) {
    this.#endpoint = options.endpoint;
    this.#connector = directConnector({ ...options, http2: true, h2c: false });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * A connection that has room for a stream. Told to stop, the attempt gives up waiting; what is being opened goes when nobody else waits.
   *
   * @throws the reason why there is none
   */
  async session(attempt: Attempt): Promise<Session> {
    if (this.#isClosed) throw new AquestsError("SKITAI_AQUESTS_CLOSED");
    if (attempt.cancelled) throw attempt.cancelled;
    for (const session of this.#open) if (session.hasRoom) return session;
    this.#opening ??= this.#connect();
    this.#waiting++;
    const givenUp = new Promise<never>((_, reject) => {
      attempt.stopWith((reason) => {
        reject(reason);
        if (this.#waiting === 1) this.#connector.giveUp();
      });
    });
    try {
      return await Promise.race([this.#opening, givenUp]);
    } finally {
      this.#waiting--;
      attempt.stopWith(undefined);
    }
  }

  /** Ends all connections; streams that are under way fail. */
  close(): void {
    this.#isClosed = true;
    this.#connector.giveUp();
    for (const session of this.#open) session.destroy();
  }

  async #connect(): Promise<Session> {
    try {
      const socket = await new Promise<Socket>((resolve, reject) => {
        this.#connector.connect((error, ready) => (ready ? resolve(ready) : reject(error ?? new Error("there is no connection"))));
      });
      const session = new Session(this.#speak(socket), socket, () => this.#open.delete(session));
      this.#open.add(session);
      return session;
    } finally {
      this.#opening = undefined;
    }
  }

  #speak(socket: Socket): ClientHttp2Session {
    const { address, tls, host, port } = this.#endpoint;
    const isHttp2 = !tls || Reflect.get(socket, "alpnProtocol") === "h2";
    if (isHttp2 && !this.#isClosed)
      return connect(`${tls ? "https" : "http"}://${host}:${port}`, { createConnection: () => socket, settings: { enablePush: false } });
    socket.destroy();
    throw isHttp2
      ? new AquestsError("SKITAI_AQUESTS_CLOSED")
      : new AquestsError("SKITAI_AQUESTS_BAD_ANSWER", { address, reason: "it does not offer HTTP/2" });
  }
}
