import { Pool } from "undici";
import type { Connector } from "./connector.ts";

export interface ConnectionsOptions {
  /** Most at once. */
  readonly connections: number;
  /** Whether HTTP/2 may be spoken, and whether without asking. */
  readonly allowH2: boolean;
  readonly useH2c: boolean;
}

/** The connections of one kind to one server. */
export class Connections {
  readonly dispatcher: Pool;
  readonly #connector: Connector;
  /** Requests that wait for a connection. */
  #waiting = 0;
  /** Whether the server speaks HTTP/2, as far as is known. */
  http2 = false;

  constructor(url: string, connector: Connector, options: ConnectionsOptions) {
    this.#connector = connector;
    // `useH2c` is missing in the types of undici's pool, which looks at it to let one connection find the protocol out.
    const poolOptions: Pool.Options & { useH2c: boolean } = {
      ...options,
      // The core limits the time of calls.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, done) => {
        connector.connect((error, socket) => {
          if (!socket) return done(error ?? new Error("there is no connection"), null);
          this.http2 = Reflect.get(socket, "alpnProtocol") === "h2";
          done(null, socket);
        });
      },
    };
    this.dispatcher = new Pool(url, poolOptions);
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.dispatcher.stats.size === 0;
  }

  /** A request waits for its connection. */
  waits(): void {
    this.#waiting++;
  }

  /** It has got one, or has failed. */
  waitsNoMore(): void {
    this.#waiting--;
  }

  /** It was given up before it got one: after the last of them, what is being opened is given up too. */
  givesUp(): void {
    if (--this.#waiting === 0) this.#connector.giveUp();
  }

  /** Closes all connections; requests that are under way fail. */
  async close(): Promise<void> {
    this.#connector.giveUp();
    await this.dispatcher.destroy();
  }
}
