import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import { optional, refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { rawError } from "../response/error-page.ts";
import type { Acceptor, BindAddress } from "./acceptor.ts";
import { createForwardServer } from "./forward.ts";
import type { Limits } from "./limits.ts";
import { switchProtocol } from "./protocol-switch.ts";
import type { Servers } from "./servers.ts";
import { createTlsServer, type TlsOptions } from "./tls.ts";

/** Where and how to listen. */
export interface ListenOptions {
  /** @default "127.0.0.1" */
  address?: string;
  /** 0 lets the system choose. @default 5000 */
  port?: number;
  /** Serve HTTPS (HTTP/2 and HTTP/1.1 by ALPN). */
  tls?: TlsOptions;
  /** Serve nothing but redirects (301) to this HTTPS port of the same host. */
  forwardTo?: number;
  /** Length of the queue of connections that wait to be accepted. @default 4096 */
  backlog?: number;
}

const listenOptionNames: Readonly<Record<keyof Required<ListenOptions>, true>> = {
  address: true,
  port: true,
  tls: true,
  forwardTo: true,
  backlog: true,
};

/**
 * Where these options listen.
 *
 * @throws SKITAI_REACTOR_BAD_OPTION naming the option.
 */
export const bindAddress = (options: ListenOptions): BindAddress => {
  refuseUnknown("a listener", options, listenOptionNames);
  if (options.forwardTo !== undefined) wholeNumber("forwardTo", options.forwardTo, 1, 65_535);
  return {
    // An empty address would mean all interfaces.
    address: optional("address", options.address, "string") ?? "127.0.0.1",
    port: wholeNumber("port", options.port ?? 5000, 0, 65_535),
    backlog: wholeNumber("backlog", options.backlog ?? 4096, 1, 65_535),
  };
};

export interface ListenerParts {
  servers: Servers;
  limits: Limits;
  /** All connections of the engine, for its limit and its end. */
  connections: Set<Socket>;
}

/** One open port: takes connections from its acceptor, finds out which protocol they speak, and hands them to the engine's servers. */
export class Listener {
  readonly options: ListenOptions;
  readonly #acceptor: Acceptor;
  readonly #parts: ListenerParts;
  readonly #receive: (socket: Socket) => void;
  #forward: Server | undefined;

  /** @throws SKITAI_REACTOR_BAD_CERTIFICATE */
  constructor(options: ListenOptions, acceptor: Acceptor, parts: ListenerParts) {
    this.options = options;
    this.#acceptor = acceptor;
    this.#parts = parts;
    this.#receive = this.#receiver();
  }

  open(): Promise<AddressInfo> {
    return this.#acceptor.open(bindAddress(this.options), this.accept);
  }

  /** Takes no more connections. */
  stop(): Promise<void> {
    this.#forward?.close();
    return this.#acceptor.stop();
  }

  /** Takes one connection. */
  readonly accept = (socket: Socket): void => {
    const { connections, limits } = this.#parts;
    // Whatever befalls a connection ends that connection alone.
    socket.on("error", () => socket.destroy());
    if (connections.size >= limits.maxConnections) return this.#refuse(socket);
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
    this.#receive(socket);
  };

  #refuse(socket: Socket): void {
    if (!this.options.tls) socket.write(rawError(503));
    socket.end(() => socket.destroy());
  }

  #receiver(): (socket: Socket) => void {
    const { servers, limits } = this.#parts;
    if (this.options.forwardTo !== undefined) {
      const forward = createForwardServer(this.options.forwardTo);
      this.#forward = forward;
      return (socket) => forward.emit("connection", socket);
    }
    if (this.options.tls) {
      const tls: TlsServer = createTlsServer(this.options.tls, limits.requestTimeout, (socket) => {
        socket.on("error", () => socket.destroy());
        if (socket.alpnProtocol === "h2") servers.http2(socket);
        else servers.http1(socket);
      });
      tls.on("tlsClientError", (_, socket) => socket.destroy());
      return (socket) => tls.emit("connection", socket);
    }
    return (socket) => switchProtocol(socket, servers, limits.requestTimeout);
  }
}
