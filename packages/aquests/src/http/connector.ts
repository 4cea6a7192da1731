import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { reasonOf } from "@skitai/reactor";
import { transportError } from "../core/faults.ts";
import type { Endpoint } from "../core/endpoint.ts";
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
  /** Protocols that are offered, where TLS is spoken. */
  readonly http2: boolean;
  /** Speak HTTP/2 without TLS. */
  readonly priorKnowledge: boolean;
}

/** A connection that is being opened may wait that long, whatever the calls that want it say. */
const openingLimit = 30_000;

/** Connects by TCP, and TLS where the endpoint wants it. */
export const directConnector = (options: ConnectorOptions): Connector => {
  const { endpoint } = options;
  const opening = new Set<Socket>();
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
        if (!endpoint.tls) {
          // What undici looks at to choose the protocol; sockets of TLS have it from the handshake.
          if (options.priorKnowledge) Reflect.set(socket, "alpnProtocol", "h2");
          return done(null, socket);
        }
        secure(socket, options, sessions, opening, done);
      });
    },
    giveUp() {
      for (const socket of opening) socket.destroy();
    },
  };
};

/** Speaks TLS over a connection that is open. */
export const secure = (raw: Socket, options: ConnectorOptions, sessions: SessionMemory, opening: Set<Socket>, done: Connected): void => {
  const { endpoint, tls, insecure, http2 } = options;
  const host = bare(endpoint.host);
  const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined);
  const socket: TLSSocket = connectTls({
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
  socket.on("session", (session) => (sessions.last = session));
  watch(socket, opening, endpoint.address, "secureConnect", (error) => (error ? done(error, null) : done(null, socket)));
};

/** The TLS session to resume at the next connection to the same server. */
export class SessionMemory {
  last: Buffer | undefined = undefined;
}

/** Tells once how the opening of a socket ended. */
const watch = (
  socket: Socket,
  opening: Set<Socket>,
  address: string,
  ready: "connect" | "secureConnect",
  done: (error: Error | null) => void,
): void => {
  opening.add(socket);
  const timer = setTimeout(() => socket.destroy(new Error(`it took more than ${openingLimit} ms`)), openingLimit);
  let failure: Error | undefined;
  const over = (error: Error | null): void => {
    clearTimeout(timer);
    opening.delete(socket);
    socket.off("close", closed);
    socket.off("error", failed);
    socket.off(ready, opened);
    // Nobody else listens yet, or any more.
    if (error) socket.on("error", () => {});
    done(error);
  };
  const opened = (): void => over(null);
  const failed = (error: Error): void => void (failure = error);
  const closed = (): void => over(openingFault(failure, address, ready === "secureConnect"));
  socket.once(ready, opened);
  socket.once("error", failed);
  socket.once("close", closed);
};

/** Why a connection could not be opened. */
export const openingFault = (error: Error | undefined, address: string, shaking: boolean): AquestsError => {
  const reason = error === undefined ? "it was closed" : reasonOf(error);
  const details = { address, host: address, reason };
  const cause = error === undefined ? {} : { cause: error };
  const known = error && transportError(error, address);
  if (known && known.code !== "SKITAI_AQUESTS_DISCONNECTED") return known;
  return new AquestsError(shaking ? "SKITAI_AQUESTS_TLS" : "SKITAI_AQUESTS_CONNECT_FAILED", details, cause);
};

/** An IPv6 address without its brackets. */
export const bare = (host: string): string => (host.startsWith("[") ? host.slice(1, -1) : host);
