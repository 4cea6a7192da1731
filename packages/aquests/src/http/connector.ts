import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { reasonOf } from "@skitai/reactor";
import type { Endpoint } from "../core/endpoint.ts";
import { transportError } from "../core/faults.ts";
import { AquestsError } from "../errors.ts";
import type { TlsSettings } from "./settings.ts";

/** Told of a socket that is ready, or why there is none. */
export type Connected = (error: Error | null, socket: Socket | null) => void;

/** Opens the connections to one server, and can give up those that are not open yet. */
export interface Connector {
  connect(done: Connected): void;
  /** Destroys what is being opened: nobody waits for it any longer. */
  giveUp(): void;
}

export interface ConnectorOptions {
  readonly endpoint: Endpoint;
  readonly tls: TlsSettings;
  readonly insecure: boolean;
  /** Offer HTTP/2 where TLS is spoken. */
  readonly http2: boolean;
  /** Speak HTTP/2 without TLS. */
  readonly h2c: boolean;
}

/** What is being opened. */
export type Opening = Set<{ destroy(error?: Error): unknown }>;

/** A connection that is being opened may take that long, whatever the calls that want it say: milliseconds. */
export const openingLimit = 10_000;

/** Connects by TCP, and TLS where the endpoint wants it. */
export const directConnector = (options: ConnectorOptions): Connector => {
  const { endpoint, h2c } = options;
  const opening: Opening = new Set();
  const sessions = new SessionMemory();
  return {
    connect(done) {
      const socket = connectTcp({
        host: bare(endpoint.host),
        port: endpoint.port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 60_000,
      });
      watch(socket, opening, endpoint.address, "connect", (error) => {
        if (error) return done(error, null);
        if (endpoint.tls) return secure(socket, options, sessions, opening, done);
        // What undici looks at to choose the protocol; sockets of TLS have it from the handshake.
        if (h2c) Reflect.set(socket, "alpnProtocol", "h2");
        done(null, socket);
      });
    },
    giveUp: () => giveUp(opening),
  };
};

/** Speaks TLS over a connection that is open. */
export const secure = (raw: Socket, options: ConnectorOptions, sessions: SessionMemory, opening: Opening, done: Connected): void => {
  const { endpoint, tls, insecure, http2 } = options;
  const host = bare(endpoint.host);
  const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined);
  let socket: TLSSocket;
  try {
    socket = connectTls({
      socket: raw,
      host,
      ...(servername === undefined ? {} : { servername }),
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      ...(sessions.last === undefined ? {} : { session: sessions.last }),
      rejectUnauthorized: !insecure,
      ALPNProtocols: http2 ? ["h2", "http/1.1"] : ["http/1.1"],
    });
  } catch (error) {
    // A certificate or key that is none.
    raw.destroy();
    return done(openingFault(error as Error, endpoint.address, true), null);
  }
  socket.on("session", (session) => (sessions.last = session));
  watch(socket, opening, endpoint.address, "secureConnect", (error) => {
    if (!error) return done(null, socket);
    sessions.last = undefined;
    raw.destroy();
    done(error, null);
  });
};

/** The TLS session to resume at the next connection to the same server. */
export class SessionMemory {
  last: Buffer | undefined = undefined;
}

export const giveUp = (opening: Opening): void => {
  for (const one of opening) one.destroy();
};

/** Tells once how the opening of a socket ended. */
const watch = (
  socket: Socket,
  opening: Opening,
  address: string,
  ready: "connect" | "secureConnect",
  done: (error: Error | null) => void,
): void => {
  opening.add(socket);
  let failure: Error | undefined;
  const timer = setTimeout(() => socket.destroy(new Error(`it took more than ${openingLimit} ms`)), openingLimit);
  const over = (error: Error | null): void => {
    clearTimeout(timer);
    opening.delete(socket);
    socket.off(ready, opened);
    socket.off("close", closed);
    if (!error) socket.off("error", failed);
    done(error);
  };
  const opened = (): void => over(null);
  const failed = (error: Error): void => void (failure ??= error);
  const closed = (): void => over(openingFault(failure, address, ready === "secureConnect"));
  socket.on("error", failed);
  socket.once(ready, opened);
  socket.once("close", closed);
};

/** What OpenSSL calls answers that are no TLS at all. */
const plainAnswers: ReadonlySet<unknown> = new Set([
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_RECORD_LAYER_FAILURE",
]);

/** Why a connection could not be opened. @param shaking it broke in the handshake of TLS */
export const openingFault = (error: Error | undefined, address: string, shaking: boolean): AquestsError => {
  if (shaking && plainAnswers.has(error && Reflect.get(error, "code")))
    return new AquestsError("SKITAI_AQUESTS_TLS", { address, reason: "the server does not speak TLS there" }, { cause: error });
  const known = error && transportError(error, address);
  if (known && known.code !== "SKITAI_AQUESTS_DISCONNECTED") return known;
  const reason = error === undefined ? "it was closed" : reasonOf(error);
  const details = { address, host: address, reason };
  return new AquestsError(
    shaking ? "SKITAI_AQUESTS_TLS" : "SKITAI_AQUESTS_CONNECT_FAILED",
    details,
    error === undefined ? {} : { cause: error },
  );
};

/** An IPv6 address without its brackets. */
export const bare = (host: string): string => (host.startsWith("[") ? host.slice(1, -1) : host);
