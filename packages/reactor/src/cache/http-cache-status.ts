import type { StoreStatus } from "./store.ts";
import type { CacheLookup } from "./types.ts";

/** Answers by what came of looking them up. */
export interface HttpCacheCounts {
  /** From disk, also where the origin confirmed it. */
  readonly hits: number;
  /** From memory, likewise. */
  readonly memoryHits: number;
  readonly misses: number;
  readonly passed: number;
  /** Of the hits: confirmed by the origin first. */
  readonly confirmed: number;
  /** Of the hits: stale, and used by permission. */
  readonly stale: number;
  /** Of the hits: shared with a request that was under way. */
  readonly collapsed: number;
}

export interface HttpCacheStatus extends HttpCacheCounts {
  readonly shared: boolean;
  /** Questions to the origin that others may join. */
  readonly underWay: number;
  /** Confirmations in the background. */
  readonly background: number;
  /** Bytes of bodies under way. */
  readonly held: number;
  readonly store: StoreStatus;
}

/** Counts answers. */
export class HttpCacheCounters {
  confirmed = 0;
  stale = 0;
  collapsed = 0;
  readonly #lookups: Record<CacheLookup, number> = { NOCACHE: 0, PASSED: 0, MISS: 0, HIT: 0, MEM_HIT: 0 };

  count(lookup: CacheLookup): void {
    this.#lookups[lookup]++;
  }

  report(): HttpCacheCounts {
    const { HIT: hits, MEM_HIT: memoryHits, MISS: misses, PASSED: passed } = this.#lookups;
    const { confirmed, stale, collapsed } = this;
    return { hits, memoryHits, misses, passed, confirmed, stale, collapsed };
  }
}
