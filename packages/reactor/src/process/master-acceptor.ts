import type { AddressInfo, Socket } from "node:net";
import type { Acceptor, BindAddress } from "../http/acceptor.ts";

/** Who hands connections over. */
export interface ConnectionSource {
  accept(listener: number, accept: ((socket: Socket) => void) | undefined): void;
}

/** Takes connections that the master accepted, over the channel to it. The port is the master's, and stays open when this worker goes. */
export class MasterAcceptor implements Acceptor {
  readonly #source: ConnectionSource;
  readonly #listener: number;
  readonly #bound: AddressInfo;

  constructor(source: ConnectionSource, listener: number, bound: AddressInfo) {
    this.#source = source;
    this.#listener = listener;
    this.#bound = bound;
  }

  /** Gives the address that the master is bound to, whatever was asked for. */
  async open(_: BindAddress, accept: (socket: Socket) => void): Promise<AddressInfo> {
    this.#source.accept(this.#listener, accept);
    return this.#bound;
  }

  async stop(): Promise<void> {
    this.#source.accept(this.#listener, undefined);
  }
}
