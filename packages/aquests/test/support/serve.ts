import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A real HTTP server of a test. */
export interface Served {
  readonly url: string;
  readonly port: number;
  /** `127.0.0.1:port`, as members of an alias are written. */
  readonly address: string;
  /** `GET /path` of each request, in order. */
  readonly requests: string[];
  /** Ends at once, with every connection. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server on a free port, or on the one given.
 *
 * @example await using server = await serve((_, res) => res.end("hello"));
 */
export const serve = async (answer: RequestListener, port = 0): Promise<Served> => {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((req: IncomingMessage, res: ServerResponse) => {
    requests.push(`${req.method} ${req.url}`);
    answer(req, res);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  const bound = (server.address() as AddressInfo).port;
  const stop = (): Promise<void> =>
    new Promise((stopped) => {
      server.close(() => stopped());
      for (const socket of sockets) socket.destroy();
    });
  return { url: `http://127.0.0.1:${bound}`, port: bound, address: `127.0.0.1:${bound}`, requests, stop, [Symbol.asyncDispose]: stop };
};

/** Answers with JSON. */
export const json = (res: ServerResponse, value: unknown, status = 200): void => {
  res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
};

/** The body of a request. */
export const bodyOf = async (req: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
};
