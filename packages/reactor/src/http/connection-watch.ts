import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A connection of HTTP/1.x. */
export interface Http1Socket extends Socket {
  /** The answer to the last request that came on it; whoever takes the connection over for another protocol takes this away. */
  answer?: ServerResponse;
}

export interface WatchTimes {
  /** Milliseconds for which a connection may stay idle; 0 is for ever. */
  readonly keepAlive: number;
  /** Milliseconds for which a client may keep a request or an answer waiting; 0 is for ever. */
  readonly patience: number;
  /** Milliseconds between two looks, which is how much later than it should something may happen. */
  readonly interval: number;
}

/** What the last look at a connection saw. */
interface Seen {
  /** The answer under way; undefined between requests. */
  answer: ServerResponse | undefined;
  bytesRead: number;
  /** Since when nothing was under way, in milliseconds. */
  idleSince: number;
  /** Whether the socket's own timeout watches the client. */
  guarded: boolean;
}

/**
 * Ends idle connections of an HTTP/1.x server and gives slow requests a timeout, all with one timer. Node's own ways make two timers
 * for each request, which is some 5 % of what a small request costs; almost all requests are over before anybody looks.
 *
 * The timeout that a slow request gets is that of its socket: the server's `timeout` event tells of it.
 */
export const watchConnections = (server: Server, times: WatchTimes): void => {
  const connections = new Map<Http1Socket, Seen>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const now = performance.now();
    for (const [socket, seen] of connections) {
      const answer = underWay(socket);
      if (answer === undefined) rest(socket, seen, times.keepAlive, now);
      else if (answer === seen.answer && !seen.guarded) guard(socket, seen, times.patience);
      seen.answer = answer;
    }
  };

  const forget = (socket: Http1Socket): void => {
    connections.delete(socket);
    if (connections.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  server.on("connection", (socket: Http1Socket) => {
    connections.set(socket, { answer: undefined, bytesRead: -1, idleSince: 0, guarded: false });
    socket.once("close", () => forget(socket));
    timer ??= setInterval(look, times.interval).unref();
  });
};

/**
 * Notes which answer a connection waits for, and lets it carry the `Keep-Alive` header (RFC 2068, 19.7.1.1), which Node writes by itself
 * only where Node does the closing. Node may drop that private field; then the header is missing and nothing else.
 */
export const noteAnswer = (req: IncomingMessage, res: ServerResponse & { _keepAliveTimeout?: number }, keepAlive: number): void => {
  (req.socket as Http1Socket).answer = res;
  res._keepAliveTimeout = keepAlive;
};

const underWay = ({ answer }: Http1Socket): ServerResponse | undefined =>
  answer === undefined || answer.writableFinished ? undefined : answer;

/** Nothing is due: ends the connection if that is so for long enough. Before its first answer it is not idle but late, which Node watches. */
const rest = (socket: Http1Socket, seen: Seen, keepAlive: number, now: number): void => {
  if (seen.guarded) socket.setTimeout(0);
  seen.guarded = false;
  if (seen.answer !== undefined || socket.bytesRead !== seen.bytesRead) {
    seen.bytesRead = socket.bytesRead;
    seen.idleSince = now;
  } else if (keepAlive > 0 && now - seen.idleSince >= keepAlive && socket.answer !== undefined) {
    socket.destroySoon();
  }
};

/** A request that lasts: from here on every packet counts. */
const guard = (socket: Http1Socket, seen: Seen, patience: number): void => {
  if (patience === 0) return;
  socket.setTimeout(patience);
  seen.guarded = true;
};
