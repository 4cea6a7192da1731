import { connect, type Socket } from "node:net";

/** A connection on which a test writes bytes as it likes. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far. */
  text(): string;
  /** Waits until what was received matches. */
  until(pattern: RegExp): Promise<string>;
  /** Waits for the end of the connection: `"end"` when it was orderly, else the error's code. */
  readonly closed: Promise<string>;
}

export const rawClient = async (port: number): Promise<RawClient> => {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let received = "";
  let changed = (): void => {};
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    received += chunk;
    changed();
  });
  const closed = new Promise<string>((resolve) => {
    socket.once("end", () => resolve("end"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.once("close", () => resolve("close"));
  });
  void closed.then(() => changed());
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return {
    socket,
    text: () => received,
    closed,
    until: async (pattern) => {
      while (!pattern.test(received)) {
        if (socket.closed || socket.readableEnded) throw new Error(`The connection ended without ${pattern}: ${JSON.stringify(received)}`);
        await new Promise<void>((resolve) => (changed = resolve));
      }
      return received;
    },
  };
};
