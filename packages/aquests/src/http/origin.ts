import type { Endpoint } from "../core/endpoint.ts";
import { AuthMemory } from "./auth-memory.ts";
import { Connections } from "./connections.ts";
import { directConnector } from "./connector.ts";
import type { Proxy } from "./proxy.ts";
import type { HttpSettings } from "./settings.ts";
import { tunnelConnector } from "./tunnel.ts";

/** A server as HTTP knows it, by scheme, host and port: its connections, and what it asks for as credentials. */
export class Origin {
  readonly endpoint: Endpoint;
  /** `http://host` or `http://host:port`: no default port, no slash. */
  readonly url: string;
  readonly auth: AuthMemory = new AuthMemory();
  isClosed = false;
  readonly #settings: HttpSettings;
  readonly #usual: Connections;
  readonly #others = new Map<string, Connections>();

  constructor(endpoint: Endpoint, url: string, settings: HttpSettings) {
    this.endpoint = endpoint;
    this.url = url;
    this.#settings = settings;
    this.#usual = this.#make(settings.insecure, undefined);
  }

  /**
   * The connections for requests of one kind.
   *
   * @param tunnel the proxy that connects to this server; only for TLS.
   */
  connections(insecure: boolean, tunnel: Proxy | undefined): Connections {
    if (!tunnel && insecure === this.#settings.insecure) return this.#usual;
    return this.#other(`${insecure} ${tunnel?.endpoint.address ?? ""} ${tunnel?.authorization ?? ""}`, insecure, tunnel);
  }

  /** The connections for requests to other servers that this one is the proxy of. */
  asProxy(insecure: boolean): Connections {
    return this.#settings.h2c ? this.#other(`${insecure} proxy`, insecure, undefined, false) : this.connections(insecure, undefined);
  }

  get isIdle(): boolean {
    return this.#all().every((connections) => connections.isIdle);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.#all().map((connections) => connections.close()));
  }

  #all(): Connections[] {
    return [this.#usual, ...this.#others.values()];
  }

  #other(key: string, insecure: boolean, tunnel: Proxy | undefined, h2c?: boolean): Connections {
    const known = this.#others.get(key);
    if (known) return known;
    const made = this.#make(insecure, tunnel, h2c);
    this.#others.set(key, made);
    return made;
  }

  #make(insecure: boolean, tunnel: Proxy | undefined, h2c: boolean = this.#settings.h2c): Connections {
    const { endpoint } = this;
    const { http2, tls, connections, keepAlive } = this.#settings;
    const options = { endpoint, tls, insecure, http2, h2c };
    return new Connections(this.url, tunnel ? tunnelConnector(tunnel, options) : directConnector(options), {
      connections,
      keepAliveTimeout: keepAlive,
      allowH2: endpoint.tls ? http2 : h2c,
      useH2c: h2c && !endpoint.tls,
    });
  }
}

/** `http://host`, with its port where that is not the usual one. */
export const originUrl = ({ tls, host, port }: Endpoint): string =>
  `${tls ? "https" : "http"}://${host}${port === (tls ? 443 : 80) ? "" : `:${port}`}`;
