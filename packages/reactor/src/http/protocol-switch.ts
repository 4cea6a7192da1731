import type { Socket } from "node:net";

const preface = "PRI * HTTP/2.0";

export interface Protocols {
  http1(socket: Socket): void;
  http2(socket: Socket): void;
}

/**
 * Serves HTTP/1.x and HTTP/2 by prior knowledge (RFC 9113 section 3.3) on one plain port: the first bytes tell which one the client speaks.
 * They are put back before the socket is handed on.
 *
 * @param patience milliseconds for which a connection may stay silent.
 */
export const switchProtocol = (socket: Socket, protocols: Protocols, patience: number): void => {
  let seen: Buffer | undefined;

  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = seen ? Buffer.concat([seen, chunk]) : chunk;
    const compared = Math.min(seen.length, preface.length);
    const begins = seen.toString("latin1", 0, compared) === preface.slice(0, compared);
    if (begins && compared < preface.length) return;
    leave();
    socket.unshift(seen);
    if (begins) protocols.http2(socket);
    else protocols.http1(socket);
  };

  const leave = (): void => {
    socket.off("readable", read).off("end", give).off("error", give).off("timeout", give).setTimeout(0);
  };

  const give = (): void => {
    leave();
    socket.destroy();
  };

  socket.on("readable", read).on("end", give).on("error", give).on("timeout", give).setTimeout(patience);
};
