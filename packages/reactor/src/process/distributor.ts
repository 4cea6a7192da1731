import { createServer, type AddressInfo, type Server } from "node:net";
import type { BindAddress } from "../http/acceptor.ts";
import { listenError } from "../http/local-acceptor.ts";
import { settlesWithin } from "./deadline.ts";
import type { PendingConnection } from "./worker-process.ts";

/** Who takes connections. */
export interface Taker {
  /** Whether it may be given one now. */
  readonly isFree: boolean;
  /** How many connections it holds. */
  readonly load: number;
  give(connection: PendingConnection): void;
}

/**
 * Accepts the connections of all listeners in the master and gives each to the free worker that holds the fewest.
 *
 * While no worker is free they wait here, as many as the listener's backlog: a worker that died or is being replaced costs time, never a
 * connection. A worker is given one connection at a time, so that one which is busy for long holds up no more than that.
 */
export class Distributor {
  readonly #takers: () => Iterable<Taker>;
  readonly #overflow: () => void;
  readonly #servers: Server[] = [];
  readonly #waiting: PendingConnection[] = [];
  #emptied: PromiseWithResolvers<void> | undefined;

  /** @param overflow called for each connection that is turned away because too many wait. */
  constructor(takers: () => Iterable<Taker>, overflow: () => void) {
    this.#takers = takers;
    this.#overflow = overflow;
  }

  /** How many connections wait for a worker. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Adds a listener.
   *
   * @throws SKITAI_REACTOR_PORT_IN_USE, SKITAI_REACTOR_PORT_DENIED, SKITAI_REACTOR_ADDRESS_UNAVAILABLE, SKITAI_REACTOR_LISTEN_FAILED
   */
  async open(bind: BindAddress): Promise<AddressInfo> {
    const listener = this.#servers.length;
    const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#accept({ listener, socket }, bind.backlog));
    this.#servers.push(server);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen({ host: bind.address, port: bind.port, backlog: bind.backlog, exclusive: true }, resolve);
    try {
      await promise;
    } catch (cause) {
      throw listenError(bind, cause);
    } finally {
      server.off("error", reject);
    }
    return server.address() as AddressInfo;
  }

  /** Gives waiting connections to workers, as far as there are free ones. */
  distribute(): void {
    while (this.#waiting.length > 0) {
      const taker = this.#leastLoaded();
      if (!taker) return;
      const connection = this.#waiting.shift()!;
      if (!connection.socket.destroyed) taker.give(connection);
    }
    this.#emptied?.resolve();
  }

  /** Takes a connection back that its worker did not take; it is the next to be given. */
  restore(connection: PendingConnection): void {
    this.#waiting.unshift(connection);
    this.distribute();
  }

  /** Accepts no more. Resolves when nothing waits, or after so many milliseconds. */
  async stop(timeout: number): Promise<void> {
    // Its callback would wait for connections that live on in workers.
    for (const server of this.#servers.splice(0)) server.close();
    if (this.#waiting.length === 0) return;
    this.#emptied ??= Promise.withResolvers();
    await settlesWithin(this.#emptied.promise, timeout);
  }

  /** Cuts off what still waits. */
  abandon(): void {
    for (const { socket } of this.#waiting.splice(0)) socket.destroy();
    this.#emptied?.resolve();
  }

  #accept(connection: PendingConnection, most: number): void {
    const { socket } = connection;
    // A client that goes away while it waits is found out by the worker.
    socket.on("error", () => socket.destroy());
    if (this.#waiting.length >= most) {
      socket.destroy();
      this.#overflow();
      return;
    }
    this.#waiting.push(connection);
    this.distribute();
  }

  #leastLoaded(): Taker | undefined {
    let least: Taker | undefined;
    for (const taker of this.#takers()) if (taker.isFree && (!least || taker.load < least.load)) least = taker;
    return least;
  }
}
