import type { Endpoint } from "../core/endpoint.ts";
import type { Pool } from "../core/pools.ts";
import type { Runtime } from "../core/runtime.ts";
import { Cookies } from "./cookies.ts";
import { Origin, originUrl } from "./origin.ts";
import { endpointOf } from "./url.ts";
import type { HttpSettings } from "./settings.ts";

/** Servers that a client remembers; beyond that, those with nothing under way are forgotten. */
const mostOrigins = 1_000;

/** What one client keeps between its calls by HTTP. */
export class HttpAgent implements Pool {
  readonly settings: HttpSettings;
  readonly cookies: Cookies | undefined;
  readonly #origins = new Map<string, Origin>();
  #isClosed = false;
  readonly #byEndpoint = new WeakMap<Endpoint, Origin>();

  constructor(settings: HttpSettings) {
    this.settings = settings;
    this.cookies = settings.cookies && new Cookies(settings.cookies);
  }

  /** The server of an endpoint. */
  origin(endpoint: Endpoint): Origin {
    const known = this.#byEndpoint.get(endpoint);
    if (known && !known.isClosed) return known;
    const url = originUrl(endpoint);
    const origin = this.#origins.get(url) ?? this.#add(url, endpoint);
    this.#byEndpoint.set(endpoint, origin);
    return origin;
  }

  /** The server of a URL: the same for all URLs of one server. */
  originOf(url: URL): Origin {
    return this.#origins.get(url.origin) ?? this.origin(endpointOf(url));
  }

  #add(url: string, endpoint: Endpoint): Origin {
    if (this.#origins.size >= mostOrigins) this.#forget();
    // Its credentials are a member's, and not those of all who ask the same server.
    const origin = new Origin({ ...endpoint, user: undefined, password: undefined, database: undefined }, url, this.settings);
    this.#origins.set(url, origin);
    // A redirect may still lead to a server that was not asked before.
    if (this.#isClosed) void origin.close();
    return origin;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const origins = [...this.#origins.values()];
    this.#origins.clear();
    await Promise.all(origins.map((origin) => origin.close()));
  }

  /** Closes a part of the servers that nothing is under way to, the oldest first. */
  #forget(): void {
    let rest = mostOrigins / 10;
    for (const [url, origin] of this.#origins) {
      if (!origin.isIdle) continue;
      this.#origins.delete(url);
      void origin.close();
      if (--rest === 0) return;
    }
  }
}

/** The agent of a client, made at its first request. */
export const httpAgent = (runtime: Runtime): HttpAgent => runtime.pools.get("http", () => new HttpAgent(runtime.http));
