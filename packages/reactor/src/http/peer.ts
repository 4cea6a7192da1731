import type { Socket } from "node:net";

const known: unique symbol = Symbol("peer address");

/** The address of the other end of a connection; asked of the system once, and known after the connection has ended. */
export const peerAddress = (socket: Socket & { [known]?: string }): string => (socket[known] ??= socket.remoteAddress ?? "");
