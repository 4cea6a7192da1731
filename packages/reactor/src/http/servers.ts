import { createServer as createHttp1, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createServer as createHttp2,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";

import { answerParserError } from "./client-error.ts";
import { noteAnswer, watchConnections } from "./connection-watch.ts";
import { Http1Request, Http2Request, Http2Response, TimedHttp1Response } from "./exchange.ts";
import { Http2Connection } from "./http2-connection.ts";
import type { Limits } from "./limits.ts";
import { guardSlowClient, watchStream } from "./slow-client.ts";
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

type Connections = Map<ServerHttp2Session, Http2Connection>;

/**
 * The HTTP/1.x and the HTTP/2 server of one engine. Neither listens: whatever accepts connections hands them over with
 * {@link http1} and {@link http2}, so that all listeners of an engine, plain or TLS, end in the same two servers.
 */
export class Servers {
  readonly #http1: Server;
  readonly #http2: Http2Server;
  readonly #limits: Limits;
  readonly #connections: Connections = new Map();

  constructor(options: ServersOptions) {
    this.#limits = options.limits;
    this.#http1 = http1Server(options);
    this.#http2 = http2Server(options, this.#connections);
  }

  /** The HTTP/1.x server itself, for requests in memory. */
  get memory(): Server {
    return this.#http1;
  }

  http1(socket: Socket): void {
    this.#http1.emit("connection", socket);
  }

  http2(socket: Socket): void {
    const connections = this.#connections;
    this.#http2.once("session", (session: ServerHttp2Session) => {
      connections.set(session, new Http2Connection(session, socket, this.#limits));
      session.once("close", () => connections.delete(session));
    });
    this.#http2.emit("connection", socket);
  }

  /** Tells HTTP/2 clients to send no further requests; see {@link Http2Connection.leave}. */
  goAway(): void {
    for (const connection of this.#connections.values()) connection.leave();
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
  const noting =
    (listen: NodeListener) =>
    (req: IncomingMessage, res: ServerResponse): void => {
      noteAnswer(req, res, limits.keepAlive);
      listen(req, res);
    };
  const interval = lookInterval(limits.requestTimeout);
  const server = createHttp1(
    {
      IncomingMessage: Http1Request,
      ...(timed && { ServerResponse: TimedHttp1Response }),
      // Watched by the sweep below.
      keepAliveTimeout: 0,
      // Node wants it to be no longer than the time for all.
      headersTimeout: Math.min(limits.requestTimeout, limits.bodyTimeout || Infinity),
      requestTimeout: limits.bodyTimeout,
      connectionsCheckingInterval: interval,
      maxHeaderSize: limits.maxHeaderSize,
      noDelay: true,
      requireHostHeader: true,
      insecureHTTPParser: false,
      ...emptyRequests,
    },
    noting(listener),
  );
  // Node before 24 drops what is beyond; one more lets the request handler see that there is more.
  server.maxHeadersCount = limits.maxHeaders + 1;
  server.maxRequestsPerSocket = limits.maxRequestsPerConnection;
  watchConnections(server, {
    keepAlive: limits.keepAlive,
    patience: limits.requestTimeout,
    interval: Math.min(interval, lookInterval(limits.keepAlive)),
  });
  server.on("checkContinue", noting(expecting));
  server.on("timeout", guardSlowClient);
  server.on("clientError", answerParserError);
  // A server that does not listen watches no timeouts, unless it is told that it does.
  server.emit("listening");
  return server;
};

/** How often it is looked whether a time is over; all in milliseconds. */
const lookInterval = (time: number): number => (time === 0 ? 1_000 : Math.max(20, Math.min(1_000, Math.ceil(time / 4))));

/** Since Node 24.9: requests without a body skip the machinery of streams. Older versions ignore it. */
const emptyRequests = { optimizeEmptyRequests: true };

const http2Server = ({ limits, listener, expecting }: ServersOptions, connections: Connections): Http2Server => {
  const server = createHttp2(
    {
      Http2ServerRequest: Http2Request,
      Http2ServerResponse: Http2Response,
      // The pseudo headers come on top.
      maxHeaderListPairs: limits.maxHeaders + 4,
      settings: { maxConcurrentStreams: limits.maxStreams, maxHeaderListSize: limits.maxHeaderSize },
    },
    unlessLost(listener),
  );
  server.on("checkContinue", unlessLost(expecting));
  server.on("stream", (stream: ServerHttp2Stream) => {
    watchStream(stream, limits);
    connections.get(stream.session as ServerHttp2Session)?.add(stream);
  });
  return server;
};

/**
 * A stream that was reset together with its headers is over before anybody is told of it, and then its body looks complete and empty.
 */
const unlessLost =
  (listener: NodeListener) =>
  (req: Http2ServerRequest, res: Http2ServerResponse): void => {
    if (!req.stream.destroyed) listener(req, res);
  };
