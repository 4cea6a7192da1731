interface Entry<Value> {
  value: Value;
  /** When it ends, by `performance.now()`. */
  readonly ends: number;
}

/** The least number of entries before expired ones are looked for. */
const sweepFrom = 64;

/** A map whose entries end by themselves. It has no timer: what has ended is dropped when it is met, or when the map has doubled. */
export class Expiring<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  #sweepAt = sweepFrom;

  get size(): number {
    return this.#entries.size;
  }

  /** An entry that has not ended. Its value may be changed in place. */
  get(key: string): Entry<Value> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.ends > performance.now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  /** @param time milliseconds until it ends. */
  set(key: string, value: Value, time: number): Entry<Value> {
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
    const entry = { value, ends: performance.now() + time };
    this.#entries.set(key, entry);
    return entry;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  deleteWhere(matches: (value: Value) => boolean): void {
    for (const [key, { value }] of this.#entries) if (matches(value)) this.#entries.delete(key);
  }

  #sweep(): void {
    const now = performance.now();
    for (const [key, { ends }] of this.#entries) if (ends <= now) this.#entries.delete(key);
    this.#sweepAt = Math.max(sweepFrom, this.#entries.size * 2);
  }
}
