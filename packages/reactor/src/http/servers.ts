import { createServer as createHttp1, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { constants, createServer as createHttp2, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";

import { answerParserError } from "./client-error.ts";
import { Http1Request, Http1Response, Http2Request, Http2Response, TimedHttp1Response } from "./exchange.ts";
import type { Limits } from "./limits.ts";
import { guardSlowClient, guardSlowStream } from "./slow-client.ts";
import type { NodeListener } from "./types.ts";

export interface ServersOptions {
  limits: Limits;
  /** Answers every request. */
  listener: NodeListener;
  /** Answers requests that wait for `100 Continue`. */
  expecting: NodeListener;
  /** Note when the head of each answer was written. */
  timed: boolean;
}

/**
 * The HTTP/1.x and the HTTP/2 server of one engine. Neither listens: whatever accepts connections hands them over with
 * {@link http1} and {@link http2}, so that all listeners of an engine, plain or TLS, end in the same two servers.
 */
export class Servers {
  readonly #http1: Server;
  readonly #http2: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: ServersOptions) {
    this.#http1 = http1Server(options);
    this.#http2 = http2Server(options, this.#sessions);
  }

  /** The HTTP/1.x server itself, for requests in memory. */
  get memory(): Server {
    return this.#http1;
  }

  http1(socket: Socket): void {
    this.#http1.emit("connection", socket);
  }

  http2(socket: Socket): void {
    this.#http2.emit("connection", socket);
  }

  /** Sends GOAWAY in two steps (RFC 9113 section 6.8): what is under way when the first arrives is still answered. */
  goAway(): void {
    for (const session of this.#sessions) farewell(session);
  }

  closeIdle(): void {
    this.#http1.closeIdleConnections();
  }

  /** Stops the timers of the servers. */
  close(): void {
    this.#http1.close();
    this.#http2.close();
  }
}

const http1Server = ({ limits, listener, expecting, timed }: ServersOptions): Server => {
  const interval = Math.max(20, Math.min(1_000, Math.ceil(limits.requestTimeout / 4)));
  const server = createHttp1(
    {
      IncomingMessage: Http1Request,
      ServerResponse: timed ? TimedHttp1Response : Http1Response,
      keepAliveTimeout: limits.keepAlive,
      headersTimeout: limits.requestTimeout,
      requestTimeout: limits.bodyTimeout,
      connectionsCheckingInterval: interval,
      maxHeaderSize: limits.maxHeaderSize,
      noDelay: true,
      requireHostHeader: true,
      insecureHTTPParser: false,
      ...emptyRequests,
    },
    listener as (req: IncomingMessage, res: ServerResponse) => void,
  );
  server.maxHeadersCount = limits.maxHeaders * 2;
  server.maxRequestsPerSocket = limits.maxRequestsPerConnection;
  // A little more than the time for a head, whose end is told with 408 by the check above.
  server.timeout = limits.requestTimeout === 0 ? 0 : limits.requestTimeout + 2 * interval;
  server.on("checkContinue", expecting);
  server.on("timeout", guardSlowClient);
  server.on("clientError", answerParserError);
  // A server that does not listen watches no timeouts, unless it is told that it does.
  server.emit("listening");
  return server;
};

/** Since Node 24.9: requests without a body skip the machinery of streams. Older versions ignore it. */
const emptyRequests = { optimizeEmptyRequests: true };

const http2Server = ({ limits, listener, expecting }: ServersOptions, sessions: Set<ServerHttp2Session>): Http2Server => {
  const server = createHttp2(
    {
      Http2ServerRequest: Http2Request,
      Http2ServerResponse: Http2Response,
      maxHeaderListPairs: limits.maxHeaders,
      settings: { maxConcurrentStreams: limits.maxStreams, maxHeaderListSize: limits.maxHeaderSize },
    },
    listener,
  );
  server.on("checkContinue", expecting);
  server.on("stream", (stream: ServerHttp2Stream) => stream.setTimeout(limits.requestTimeout, () => guardSlowStream(stream)));
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.setTimeout(limits.http2KeepAlive, () => session.close());
    // What breaks one connection is that client's affair.
    session.on("error", () => session.destroy());
  });
  return server;
};

/** How long a client may take to answer the ping that follows the first GOAWAY, in milliseconds; some close without an answer. */
const farewellPatience = 300;

const farewell = (session: ServerHttp2Session): void => {
  if (session.closed || session.destroyed) return;
  const leave = (): void => {
    clearTimeout(patience);
    if (!session.destroyed) session.close();
  };
  const patience = setTimeout(leave, farewellPatience);
  session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
  session.ping(leave);
};
