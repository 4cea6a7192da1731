import { createServer, type AddressInfo, type Server } from "node:net";
import type { BindAddress } from "../http/acceptor.ts";
import { listenError } from "../http/local-acceptor.ts";
import { settlesWithin } from "../internal/waiting.ts";
import type { PendingConnection } from "./worker-process.ts";

/** Who takes connections. */
export interface Taker {
  /** Whether it takes any. */
  readonly isReady: boolean;
  /** How many connections it holds, the one that it is being given included. */
  readonly load: number;
  /** For how long it has been being given one, in milliseconds; undefined when it can be given the next. */
  readonly givenFor: number | undefined;
  give(connection: PendingConnection): void;
}

/** How long a worker may take to take a connection before it no longer counts, in milliseconds. */
const patience = 100;

/** How many connections more than the fewest a worker may hold and still get the next, when it alone can take it at once. */
const slack = 1;

/**
 * Accepts the connections of all listeners in the master and gives each to the worker that holds the fewest.
 *
 * While no worker is ready they wait here, as many as the listener's backlog: a worker that died or is being replaced costs time, never a
 * connection. A worker is given one connection at a time, so that one which is busy for long holds up no more than that.
 */
export class Distributor {
  readonly #takers: () => Iterable<Taker>;
  readonly #overflow: () => void;
  readonly #servers: Server[] = [];
  readonly #waiting: PendingConnection[] = [];
  #emptied: PromiseWithResolvers<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

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

  /** Gives waiting connections to workers, as far as they can take them. */
  distribute(): void {
    while (this.#waiting.length > 0) {
      const taker = this.#nextTaker();
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
    clearTimeout(this.#timer);
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

  /**
   * The worker for the next connection: the one with the fewest, or nearly, that can take it now. Undefined when there is none, or when it
   * is better to wait for one that is about to take another.
   */
  #nextTaker(): Taker | undefined {
    let fewest: Taker | undefined;
    let fewestNow: Taker | undefined;
    for (const taker of this.#takers()) {
      const { isReady, givenFor, load } = taker;
      if (!isReady || (givenFor !== undefined && givenFor >= patience)) continue;
      if (!fewest || load < fewest.load) fewest = taker;
      if (givenFor === undefined && (!fewestNow || load < fewestNow.load)) fewestNow = taker;
    }
    if (!fewest) return undefined;
    if (fewestNow && fewestNow.load <= fewest.load + slack) return fewestNow;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.distribute();
    }, patience);
    return undefined;
  }
}
