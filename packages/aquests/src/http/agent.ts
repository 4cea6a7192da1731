import { Pool as UndiciPool } from "undici";
import type { Endpoint } from "../core/endpoint.ts";
import type { Pool } from "../core/pools.ts";
import type { Runtime } from "../core/runtime.ts";
import { directConnector, type Connector } from "./connector.ts";
import type { HttpSettings } from "./settings.ts";

/** The connections of one kind to one server. */
export class Connections {
  readonly dispatcher: UndiciPool;
  readonly #connector: Connector;
  /** Requests that wait for a connection. */
  #waiting = 0;
  /** Whether the server was last seen to speak HTTP/2. */
  http2 = false;

  constructor(url: string, connector: Connector, { connections, h2c }: HttpSettings, mayUseHttp2: boolean) {
    this.#connector = connector;
    // `useH2c` is in the documentation of undici's pool and not in its types.
    const options: UndiciPool.Options & { useH2c: boolean } = {
      connections,
      headersTimeout: 0,
      bodyTimeout: 0,
      connectTimeout: 0,
      allowH2: mayUseHttp2,
      useH2c: h2c,
      connect: (_, done) => {
        connector.connect((error, socket) => {
          if (socket) {
            this.http2 = Reflect.get(socket, "alpnProtocol") === "h2";
            done(null, socket);
          } else done(error ?? new Error("there is no connection"), null);
        });
      },
    };
    this.dispatcher = new UndiciPool(url, options);
  }

  /** A request waits for its connection. */
  waits(): void {
    this.#waiting++;
  }

  /** It has got one, or has failed. */
  waitsNoMore(): void {
    this.#waiting--;
  }

  /** It was given up before it got one: where it was the last, what is being opened is given up too. */
  givesUp(): void {
    if (--this.#waiting === 0) this.#connector.giveUp();
  }

  async close(): Promise<void> {
    this.#connector.giveUp();
    await this.dispatcher.destroy();
  }
}

/** A server, as HTTP knows it: scheme, host and port. */
export class Origin {
  readonly endpoint: Endpoint;
  /** `http://host` or `http://host:port`: no default port, no slash. */
  readonly url: string;
  readonly #settings: HttpSettings;
  #usual: Connections | undefined = undefined;
  readonly #others = new Map<string, Connections>();

  constructor(endpoint: Endpoint, url: string, settings: HttpSettings) {
    this.endpoint = endpoint;
    this.url = url;
    this.#settings = settings;
  }

  /** The connections for a request of that kind. */
  connections(insecure: boolean): Connections {
    if (insecure === this.#settings.insecure) return (this.#usual ??= this.#make(insecure));
    const key = String(insecure);
    let made = this.#others.get(key);
    if (!made) this.#others.set(key, (made = this.#make(insecure)));
    return made;
  }

  #make(insecure: boolean): Connections {
    const { http2, h2c, tls } = this.#settings;
    const connector = directConnector({ endpoint: this.endpoint, tls, insecure, http2, priorKnowledge: h2c });
    return new Connections(this.url, connector, this.#settings, http2 || h2c);
  }

  async close(): Promise<void> {
    const all = [...this.#others.values(), ...(this.#usual ? [this.#usual] : [])];
    await Promise.all(all.map((connections) => connections.close()));
  }
}

/** What one client keeps between its calls by HTTP. */
export class HttpAgent implements Pool {
  readonly settings: HttpSettings;
  readonly #origins = new Map<string, Origin>();
  readonly #byEndpoint = new WeakMap<Endpoint, Origin>();

  constructor(settings: HttpSettings) {
    this.settings = settings;
  }

  origin(endpoint: Endpoint): Origin {
    const known = this.#byEndpoint.get(endpoint);
    if (known) return known;
    const url = originUrl(endpoint);
    let origin = this.#origins.get(url);
    if (!origin) this.#origins.set(url, (origin = new Origin(endpoint, url, this.settings)));
    this.#byEndpoint.set(endpoint, origin);
    return origin;
  }

  async close(): Promise<void> {
    const origins = [...this.#origins.values()];
    this.#origins.clear();
    await Promise.all(origins.map((origin) => origin.close()));
  }
}

/** The agent of a client, made at its first request. */
export const httpAgent = (runtime: Runtime): HttpAgent => runtime.pools.get("http", () => new HttpAgent(runtime.http));

const originUrl = ({ tls, host, port }: Endpoint): string =>
  `${tls ? "https" : "http"}://${host}${port === (tls ? 443 : 80) ? "" : `:${port}`}`;
