import { identity, type Endpoint } from "../core/endpoint.ts";
import type { Pools } from "../core/pools.ts";
import type { SqlPool } from "./engine.ts";
import type { SqlSettings } from "./options.ts";
import type { Dialect } from "./placeholders.ts";

interface Recent {
  readonly pools: Pools;
  readonly settings: SqlSettings;
  readonly pool: SqlPool;
}

/** The pool that was asked for last at each endpoint: members of an alias are the same objects each time. */
const recent = new WeakMap<Endpoint, Recent>();

/** The pool of an endpoint and settings, made at its first use. */
export const poolOf = (pools: Pools, kind: Dialect, endpoint: Endpoint, settings: SqlSettings, make: () => SqlPool): SqlPool => {
  const known = recent.get(endpoint);
  if (known && known.pools === pools && known.settings === settings && !known.pool.isClosed) return known.pool;
  const pool = pools.get(identity(`${kind} ${settings.key}`, endpoint), make);
  recent.set(endpoint, { pools, settings, pool });
  return pool;
};
