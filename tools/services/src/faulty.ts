import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** What a faulty peer does to each request, by the fault's name. */
const behaviours = {
  /** Accepts and stays silent. */
  silent: () => undefined,
  /** Resets the connection as soon as a request arrives. */
  reset: (socket) => socket.resetAndDestroy(),
  /** Closes the connection as soon as a request arrives. */
  "close-at-once": (socket) => socket.end(),
  /** Sends half of a head, then is silent. */
  "half-head": (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Le"),
  /** Sends a head that never ends. */
  "endless-head": (socket) => pour(socket, "HTTP/1.1 200 OK\r\n", (i) => `X-Field-${i}: ${"x".repeat(1000)}\r\n`),
  /** Sends half of a body, then is silent. */
  "silent-in-body": (socket) => socket.write(`${head("Content-Length: 1000")}${"x".repeat(500)}`),
  /** Sends half of a body, then resets. */
  "reset-in-body": (socket) => socket.write(`${head("Content-Length: 1000")}${"x".repeat(500)}`, () => socket.resetAndDestroy()),
  /** Closes in an orderly way before the announced length. */
  "truncated-body": (socket) => socket.end(`${head("Content-Length: 1000")}${"x".repeat(500)}`),
  /** Sends more than the announced length. */
  "overlong-body": (socket) => socket.write(`${head("Content-Length: 5")}hello, and a good deal more`),
  /** Sends a body without end. */
  "endless-body": (socket) => pour(socket, head("Transfer-Encoding: chunked"), () => `400\r\n${"x".repeat(1024)}\r\n`),
  /** Sends a chunk whose size is no number. */
  "broken-chunk": (socket) => socket.write(`${head("Transfer-Encoding: chunked")}5\r\nhello\r\nzz\r\n`),
  /** Closes without the last chunk. */
  "truncated-chunks": (socket) => socket.end(`${head("Transfer-Encoding: chunked")}5\r\nhello\r\n`),
  /** Says gzip and sends something else. */
  "broken-gzip": (socket) => socket.write(`${head("Content-Encoding: gzip\r\nContent-Length: 11")}hello world`),
  /** Says two lengths at once. */
  "two-lengths": (socket) => socket.write(`${head("Content-Length: 5\r\nContent-Length: 7")}hello w`),
  /** Answers well, promises to keep the connection, and closes it. */
  "close-idle": (socket) => socket.end(`${head("Content-Length: 5\r\nConnection: keep-alive")}hello`),
  /** Answers well, and sends a second answer that nobody asked for. */
  "unasked-answer": (socket) => socket.write(`${head("Content-Length: 5")}hello`.repeat(2)),
  /** Sends bytes that are no HTTP. */
  garbage: (socket) => socket.write(Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 37) % 256))),
  /** Does nothing wrong. */
  none: (socket) => socket.write(`${head("Content-Length: 5\r\nContent-Type: text/plain")}hello`),
} satisfies Record<string, (socket: Socket) => unknown>;

export type Fault = keyof typeof behaviours;

/** All faults, for tests that try each of them. */
export const faults = Object.keys(behaviours) as readonly Fault[];

/** A server of HTTP/1.1 that makes one mistake, in the process of the test. */
export interface FaultyPeer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The mistake from the next request on. */
  fault: Fault;
  /** Connections that were accepted so far. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Requests that arrived so far, with their bodies, as text. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a server that makes one mistake. A request is what arrives up to the end of its head, and its body as far as it came along.
 *
 * @example
 * await using peer = await startFaultyPeer("reset-in-body");
 * const result = await client.get(peer.url);
 */
export const startFaultyPeer = async (fault: Fault, port = 0): Promise<FaultyPeer> => {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections++;
    sockets.add(socket);
    let received = "";
    socket.once("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    socket.once("end", () => socket.end());
    socket.setEncoding("latin1").on("data", (text: string) => {
      received += text;
      if (!received.includes("\r\n\r\n")) return;
      requests.push(received);
      received = "";
      behaviours[peer.fault](socket);
    });
  });
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: chosen } = server.address() as AddressInfo;
  const peer: FaultyPeer = {
    url: `http://127.0.0.1:${chosen}/`,
    host: "127.0.0.1",
    port: chosen,
    fault,
    requests,
    close,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    [Symbol.asyncDispose]: close,
  };
  return peer;
};

const head = (fields: string): string => `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`;

/** Writes without end, but not faster than the other side reads, and at most 64 MiB. */
const pour = (socket: Socket, start: string, piece: (i: number) => string): void => {
  socket.write(start);
  let sent = 0;
  const more = (): void => {
    while (!socket.destroyed && sent < 65_536) if (!socket.write(piece(sent++))) return;
    socket.destroy();
  };
  socket.on("drain", more);
  more();
};
