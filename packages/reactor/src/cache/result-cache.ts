import { ReactorError } from "../errors.ts";
import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";

export interface ResultCacheOptions {
  /** Results at most. @default 100 */
  max?: number;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
}

/**
 * Whether a stored result may be used: `true`, any that has not expired; `false`, none, the stored one stays until it is replaced; a number, the
 * time of the last update in milliseconds since 1970: one that was asked for later, and an older one is dropped.
 */
export type UseCache = boolean | number;

export interface ResultCacheStatus {
  readonly max: number;
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  /** Results that went to make room. */
  readonly evicted: number;
}

interface Slot<Value> {
  readonly value: Value;
  /** When it was asked for: what changed since then, it may not show. */
  readonly asOf: number;
  readonly expiresAt: number;
}

/** The share that goes when all places are taken, so that making room is rare. */
const evictedShare = 0.2;
const defaultSeconds = 300;

/**
 * Decoded results of this process, by key. The key has to cover all that makes results differ, credentials included.
 *
 * @throws SKITAI_REACTOR_BAD_OPTION for a `max` that is not a whole number from 0.
 * @example
 * const cache = new ResultCache<Row[]>({ max: 500 });
 * cache.set("users", rows, 60);
 * cache.get("users"); // rows, for a minute
 * cache.get("users", Date.now() + 1); // undefined: it changed after they were stored
 */
export class ResultCache<Value = unknown> {
  readonly #slots = new Map<string, Slot<Value>>();
  readonly #now: () => number;
  #max: number;
  #hits = 0;
  #misses = 0;
  #evicted = 0;

  constructor(options: ResultCacheOptions = {}) {
    refuseUnknown("ResultCache", options, { max: true, now: true });
    this.#max = checkedMax(options.max ?? 100);
    this.#now = options.now ?? Date.now;
  }

  /** Results at most; a smaller one takes effect at once. 0 keeps nothing. */
  get max(): number {
    return this.#max;
  }

  set max(max: number) {
    this.#max = checkedMax(max);
    if (this.#slots.size > max) this.#evict(this.#slots.size - max);
  }

  /** Results that are stored, expired ones among them. */
  get size(): number {
    return this.#slots.size;
  }

  /** The stored result; undefined when there is none that may be used. @param useCache see {@link UseCache}. @default true */
  get(key: string, useCache: UseCache = true): Value | undefined {
    const slot = useCache === false ? undefined : this.#slots.get(key);
    if (slot === undefined) {
      this.#misses++;
      return undefined;
    }
    if (slot.expiresAt <= this.#now() || (typeof useCache === "number" && !(slot.asOf > useCache))) {
      this.#slots.delete(key);
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    return slot.value;
  }

  /**
   * Stores a result, in place of an earlier one.
   *
   * @param seconds 0 or less drops what is stored. Default 300.
   * @param asOf when the result was asked for, which may be long before it came. Default now.
   */
  set(key: string, value: Value, seconds: number = defaultSeconds, asOf: number = this.#now()): void {
    if (Number.isNaN(seconds)) {
      const hint = "Use seconds as a number; 0 or less expires.";
      throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "The time to keep a result", value: seconds, hint });
    }
    if (seconds <= 0 || this.#max === 0) {
      this.#slots.delete(key);
      return;
    }
    if (this.#slots.size >= this.#max && !this.#slots.has(key)) this.#evict(Math.max(1, Math.floor(this.#max * evictedShare)));
    this.#slots.set(key, { value, asOf, expiresAt: this.#now() + seconds * 1000 });
  }

  /** Drops a result. @returns whether there was one. */
  expire(key: string): boolean {
    return this.#slots.delete(key);
  }

  /** Drops all results. */
  clear(): void {
    this.#slots.clear();
  }

  status(): ResultCacheStatus {
    return { max: this.#max, entries: this.#slots.size, hits: this.#hits, misses: this.#misses, evicted: this.#evicted };
  }

  /** Those with the least time left go; expired ones are the first of them. */
  #evict(count: number): void {
    const byExpiry = [...this.#slots].toSorted(([, one], [, other]) => one.expiresAt - other.expiresAt);
    for (const [key] of byExpiry.slice(0, count)) this.#slots.delete(key);
    this.#evicted += count;
  }
}

const checkedMax = (max: number): number => wholeNumber("max of a ResultCache", max);
