import { request as httpRequest, type ClientRequest, type IncomingMessage, type Server } from "node:http";
import { duplexPair, type Duplex, Readable } from "node:stream";
import { ReactorError } from "../errors.ts";
import { fieldsOfConnection } from "./connection-fields.ts";
import { webStreamOf } from "./web-stream.ts";

/**
 * Sends a Fetch `Request` through a Node server without a port: both ends run Node's real HTTP/1.1 parser over a pair of streams.
 *
 * Bodies stream both ways, `signal` ends the exchange as a lost connection would, redirects are not followed, every `Set-Cookie` is kept.
 * Headers that belong to a connection go neither way: how long a body is shows in the body, whatever `Content-Length` says.
 *
 * @param server need not listen.
 * @param input a path is below `http://localhost`; `https:` makes the server see an encrypted connection.
 * @param init as for `fetch()`; a string or bytes as body are sent with `Content-Length`, streams in chunks.
 * @returns the answer as soon as its head is there.
 *
 * @example
 * const res = await requestInMemory(server, "/hello", { method: "POST", body: "x=1" });
 * res.status // 200
 */
export const requestInMemory = async (server: Server, input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
  const request = toRequest(input, init);
  const { signal } = request;
  signal.throwIfAborted();
  const body = await bodyOf(request, init.body);
  const url = new URL(request.url);
  const socket = connect(server, url.protocol === "https:");
  const sent = httpRequest({
    createConnection: () => socket,
    method: request.method,
    path: url.pathname + url.search,
    headers: headersOf(request, url, body),
  });
  const abort = (): void => void sent.destroy(asError(signal.reason));
  signal.addEventListener("abort", abort);
  socket.once("close", () => signal.removeEventListener("abort", abort));
  sent.once("close", () => socket.destroy());
  try {
    const answer = answerOf(sent);
    send(sent, body);
    return toResponse(await answer, request.method, signal);
  } catch (error) {
    sent.destroy();
    signal.throwIfAborted();
    throw error;
  }
};

const toRequest = (input: string | URL | Request, init: RequestInit): Request => {
  const options: RequestInit = init.body instanceof ReadableStream || isIterable(init.body) ? { duplex: "half", ...init } : init;
  return input instanceof Request ? new Request(input, options) : new Request(new URL(input, "http://localhost"), options);
};

const isIterable = (body: unknown): boolean => typeof body === "object" && body !== null && Symbol.asyncIterator in body;

/** What Fetch holds whole goes out with its length; a stream as it comes. */
const bodyOf = async (request: Request, given: RequestInit["body"]): Promise<Buffer | ReadableStream<Uint8Array> | null> => {
  if (request.body === null) return null;
  const streams = given === undefined || given === null || given instanceof ReadableStream || isIterable(given);
  return streams ? request.body : Buffer.from(await request.arrayBuffer());
};

/** What the request says of its own framing and connection is not true here: the body itself tells. */
const headersOf = (request: Request, url: URL, body: Buffer | ReadableStream | null): string[] => {
  const headers: string[] = [];
  if (!request.headers.has("host")) headers.push("Host", url.host);
  const dropped = fieldsOfConnection(request.headers.get("connection"));
  for (const [name, value] of request.headers) {
    if (name !== "content-length" && name !== "te" && !dropped.has(name)) headers.push(name, value);
  }
  headers.push("Connection", "close");
  if (Buffer.isBuffer(body)) headers.push("Content-Length", String(body.byteLength));
  else if (body) headers.push("Transfer-Encoding", "chunked");
  else if (/^(?:POST|PUT|PATCH)$/.test(request.method)) headers.push("Content-Length", "0");
  return headers;
};

/** One end of a connection whose other end is the server's. */
const connect = (server: Server, encrypted: boolean): Duplex => {
  const [client, remote] = duplexPair();
  Object.assign(remote, {
    encrypted,
    remoteAddress: "127.0.0.1",
    remoteFamily: "IPv4",
    remotePort: 0,
    localAddress: "127.0.0.1",
    localPort: 0,
  });
  // A connection that one end gives up is lost for the other; what is in the client's buffer can still be read.
  client.once("close", () => remote.destroy());
  remote.once("close", () => {
    if (!remote.writableFinished && !client.destroyed) client.once("end", () => client.destroy()).push(null);
  });
  remote.on("error", () => {});
  server.emit("connection", remote);
  return client;
};

const answerOf = (sent: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    sent.once("response", resolve);
    sent.once("upgrade", (_, socket) => {
      socket.destroy();
      reject(
        new ReactorError("SKITAI_REACTOR_BAD_RESPONSE", {
          value: "a change of protocol",
          hint: "a request in memory can only get an ordinary response.",
        }),
      );
    });
    // The server may answer and end the connection while the body is on its way.
    sent.on("error", reject);
  });

/** Sends the body, a stream as fast as the server takes it. */
const send = (sent: ClientRequest, body: Buffer | ReadableStream<Uint8Array> | null): void => {
  if (!(body instanceof ReadableStream)) return void sent.end(body ?? undefined);
  const readable = Readable.fromWeb(body);
  readable.once("error", (error) => sent.destroy(error));
  sent.once("close", () => readable.destroy());
  readable.pipe(sent);
};

/** Statuses whose responses Fetch gives no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

const toResponse = (res: IncomingMessage, method: string, signal: AbortSignal): Response => {
  const headers = new Headers();
  const dropped = fieldsOfConnection(res.headers.connection);
  for (let at = 0; at < res.rawHeaders.length; at += 2) {
    const name = res.rawHeaders[at]!;
    if (!dropped.has(name.toLowerCase())) headers.append(name, res.rawHeaders[at + 1]!);
  }
  const status = res.statusCode!;
  const init = { status, statusText: res.statusMessage ?? "", headers };
  if (method !== "HEAD" && !bodiless.has(status))
    return new Response(
      webStreamOf(res, { failure: (error) => (signal.aborted ? signal.reason : error), cancel: () => void res.destroy() }),
      init,
    );
  res.resume();
  return new Response(null, init);
};

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
