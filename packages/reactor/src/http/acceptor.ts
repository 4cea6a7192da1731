import type { AddressInfo, Socket } from "node:net";

/** Where to listen. */
export interface BindAddress {
  /** @default "127.0.0.1" */
  address: string;
  /** 0 lets the system choose. */
  port: number;
  /** Length of the queue of connections that wait to be accepted. */
  backlog: number;
}

/**
 * Where a listener's connections come from: a socket of this process, or the master of a group of workers.
 * It hands each connection over untouched; what protocol is spoken on it is the listener's affair.
 */
export interface Acceptor {
  /**
   * Begins to hand connections over.
   *
   * @throws SKITAI_REACTOR_PORT_IN_USE, SKITAI_REACTOR_PORT_DENIED, SKITAI_REACTOR_ADDRESS_UNAVAILABLE, SKITAI_REACTOR_LISTEN_FAILED
   */
  open(bind: BindAddress, accept: (socket: Socket) => void): Promise<AddressInfo>;
  /** Hands over no more; connections that were handed over stay. Idempotent. */
  stop(): Promise<void>;
}
