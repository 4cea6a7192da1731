/** Something with connections that a client keeps between calls. */
export interface Pool {
  close(): Promise<void> | void;
}

/**
 * The pools of one client, by what they connect to. A protocol asks for its pool by a key and says how it is made; the client closes them all.
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

  /** Closes one pool and forgets it: after its member has gone, for example. */
  async drop(key: string): Promise<void> {
    const pool = this.#pools.get(key);
    this.#pools.delete(key);
    await pool?.close();
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.allSettled(pools.map(async (pool) => pool.close()));
  }
}
