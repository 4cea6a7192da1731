import { identityEnd, type Endpoint } from "./endpoint.ts";

/** Something with connections that a client keeps between calls. */
export interface Pool {
  close(): Promise<void> | void;
}

/**
 * The pools of one client, by what they connect to: keys end with the {@link identity} of an endpoint. A protocol asks for its pool by a key and says how it is made; the client closes them all.
 */
export class Pools {
  readonly #pools = new Map<string, Pool>();

  /** The pool of that key, made at its first use. A key belongs to one kind of pool, so its type is the caller's to know. */
  get<Kind extends Pool>(key: string, make: () => Kind): Kind {
    const known = this.#pools.get(key);
    if (known) return known as Kind;
    const made = make();
    this.#pools.set(key, made);
    return made;
  }

  /** Closes the pools of a server that is asked no more, whatever they speak to it. */
  async drop(endpoint: Endpoint): Promise<void> {
    const end = identityEnd(endpoint);
    const dropped = [...this.#pools].filter(([key]) => key.endsWith(end));
    for (const [key] of dropped) this.#pools.delete(key);
    await Promise.allSettled(dropped.map(async ([, pool]) => pool.close()));
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.allSettled(pools.map(async (pool) => pool.close()));
  }
}
