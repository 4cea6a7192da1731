import type { AddressInfo, Socket } from "node:net";
import type { FromHub } from "../coordination/protocol.ts";
import type { Acceptor } from "../http/acceptor.ts";
import type { Host } from "./host.ts";
import { isOurs, type FromMaster, type FromWorker } from "./messages.ts";
import { masterAcceptor } from "./master-acceptor.ts";

/** What a worker does at its master's word. */
export interface MasterOrders {
  /** Finish what is under way, and be gone within so many milliseconds. */
  leave(timeout: number): void;
  reopenLogs(): void;
  /** The hub, which is in the master, says this. */
  coordinate(message: FromHub): void;
}

/** How long the ends of connections are collected before the master hears of them, in milliseconds. */
const reportDelay = 10;

/** A worker's end of the channel to its master. */
export class MasterLink {
  readonly #orders: MasterOrders;
  readonly #host: Host;
  readonly #accepts = new Map<number, (socket: Socket) => void>();
  #open = 0;
  #report: NodeJS.Timeout | undefined;

  constructor(orders: MasterOrders, host: Host) {
    this.#orders = orders;
    this.#host = host;
    host.on("message", (message, handle) => {
      if (isOurs<FromMaster>(message)) this.#receive(message, handle as Socket | undefined);
    });
  }

  /** Where the connections of the master's listener of that number come from. */
  acceptor(listener: number, bound: AddressInfo): Acceptor {
    return masterAcceptor(this, listener, bound);
  }

  /** Has the connections of a listener handed over; without a function they are refused, and go to another worker. */
  accept(listener: number, accept: ((socket: Socket) => void) | undefined): void {
    if (accept) this.#accepts.set(listener, accept);
    else this.#accepts.delete(listener);
  }

  /** Resolves when the message has left, or the master has gone. */
  send(message: FromWorker): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#host.connected) this.#host.send!(message, undefined, undefined, () => resolve());
    else resolve();
    return promise;
  }

  #receive(message: FromMaster, socket: Socket | undefined): void {
    if (message.skitai === "leave") this.#orders.leave(message.timeout);
    else if (message.skitai === "reopen logs") this.#orders.reopenLogs();
    else if (message.skitai === "coordination") this.#orders.coordinate(message.message);
    else this.#take(message.listener, socket);
  }

  #take(listener: number, socket: Socket | undefined): void {
    const accept = this.#accepts.get(listener);
    if (socket && !accept) {
      // Only this process's copy of the connection is closed; nothing was read from it.
      socket.destroy();
      return void this.send({ skitai: "refused" });
    }
    if (socket && accept) {
      this.#open++;
      socket.once("close", () => this.#closed());
      accept(socket);
    }
    this.#tellOpen("taken");
  }

  #closed(): void {
    this.#open--;
    this.#report ??= setTimeout(() => this.#tellOpen("open"), reportDelay).unref();
  }

  #tellOpen(skitai: "taken" | "open"): void {
    clearTimeout(this.#report);
    this.#report = undefined;
    void this.send({ skitai, open: this.#open });
  }
}
