import type { AddressInfo, Socket } from "node:net";
import type { Acceptor } from "../http/acceptor.ts";

/** Who hands connections over. */
export interface ConnectionSource {
  accept(listener: number, accept: ((socket: Socket) => void) | undefined): void;
}

/**
 * Takes connections that the master accepted, over the channel to it. The port is the master's, and stays open when this worker goes.
 *
 * @param bound the address that the master is bound to, which is given whatever was asked for.
 */
export const masterAcceptor = (source: ConnectionSource, listener: number, bound: AddressInfo): Acceptor => ({
  open: async (_, accept) => {
    source.accept(listener, accept);
    return bound;
  },
  stop: async () => source.accept(listener, undefined),
});
