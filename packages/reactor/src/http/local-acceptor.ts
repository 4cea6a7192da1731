import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { ReactorError, reasonOf, type ReactorErrorCode } from "../errors.ts";
import type { Acceptor, BindAddress } from "./acceptor.ts";

export interface LocalAcceptorOptions {
  /** Bind with SO_REUSEPORT, so that several processes may each have a socket on the port and the kernel spreads connections over them. */
  reusePort?: boolean;
}

/** Accepts on a socket of this process. */
export class LocalAcceptor implements Acceptor {
  readonly #options: LocalAcceptorOptions;
  #server: Server | undefined;

  constructor(options: LocalAcceptorOptions = {}) {
    this.#options = options;
  }

  async open(bind: BindAddress, accept: (socket: Socket) => void): Promise<AddressInfo> {
    const server = createServer({ noDelay: true }, accept);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(
      { host: bind.address, port: bind.port, backlog: bind.backlog, reusePort: this.#options.reusePort === true, exclusive: true },
      resolve,
    );
    try {
      await promise;
    } catch (cause) {
      throw listenError(bind, cause);
    }
    server.off("error", reject);
    this.#server = server;
    return server.address() as AddressInfo;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    // The callback comes only after every connection has ended; the port itself is free at once.
    server.close();
  }
}

const codes: Record<string, ReactorErrorCode> = {
  EADDRINUSE: "SKITAI_REACTOR_PORT_IN_USE",
  EACCES: "SKITAI_REACTOR_PORT_DENIED",
  EADDRNOTAVAIL: "SKITAI_REACTOR_ADDRESS_UNAVAILABLE",
};

/** The error of a failed bind, with what to do about it. */
export const listenError = (bind: BindAddress, cause: unknown): ReactorError => {
  const code = codes[String(Reflect.get(Object(cause), "code"))] ?? "SKITAI_REACTOR_LISTEN_FAILED";
  return new ReactorError(code, { port: bind.port, address: bind.address, reason: reasonOf(cause) }, { cause });
};
