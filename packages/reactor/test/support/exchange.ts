import { connect } from "node:net";

export interface RawExchange {
  /** Everything that the server sent until it closed or the client had enough. */
  readonly text: string;
  /** Statuses of all answers, in order. */
  readonly statuses: readonly number[];
  /** Whether the server closed the connection by itself. */
  readonly closed: boolean;
}

export interface RawOptions {
  /** Stop listening when this returns true. */
  enough?: (text: string) => boolean;
  /** End the writing side after the last piece. */
  halfClose?: boolean;
  /** Milliseconds after which the exchange fails, because the server neither answers nor closes. */
  patience?: number;
}

/** Sends bytes as they are, over a real socket, and collects what comes back. */
export const exchange = (
  port: number,
  pieces: string | Buffer | readonly (string | Buffer)[],
  options: RawOptions = {},
): Promise<RawExchange> => {
  const { promise, resolve, reject } = Promise.withResolvers<RawExchange>();
  const list = [pieces].flat() as readonly (string | Buffer)[];
  const socket = connect(port, "127.0.0.1");
  const patience = setTimeout(() => {
    socket.destroy();
    reject(new Error(`neither an answer nor a close; got ${JSON.stringify(text())}`));
  }, options.patience ?? 10_000);
  const chunks: Buffer[] = [];
  const text = (): string => Buffer.concat(chunks).toString("latin1");
  const settle = (closed: boolean): void => {
    clearTimeout(patience);
    socket.destroy();
    resolve({ text: text(), statuses: [...text().matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1])), closed });
  };
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    if (options.enough?.(text())) settle(false);
  });
  socket.on("close", () => settle(true));
  socket.on("error", () => {});
  socket.on("connect", () => {
    for (const piece of list) socket.write(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece);
    if (options.halfClose) socket.end();
  });
  return promise;
};
