import type { Answers } from "./protocol.ts";
import type { UpdateTable } from "./types.ts";

export interface UpdateCopyParts {
  load(): Promise<Answers["load"]>;
  /** Has the time of a key set everywhere else. Resolves with the time that holds. */
  tell(key: string, time: number): Promise<number>;
}

/** A client's copy of the table. Times only grow, so that the order in which they arrive does not matter. */
export class UpdateCopy implements UpdateTable {
  readonly #parts: UpdateCopyParts;
  readonly #times = new Map<string, number>();
  #since = Number.POSITIVE_INFINITY;
  #loaded: Promise<void> | undefined;

  constructor(parts: UpdateCopyParts) {
    this.#parts = parts;
  }

  load(): Promise<void> {
    return (this.#loaded ??= this.#load());
  }

  get(...keys: readonly string[]): number {
    if (this.#since === Number.POSITIVE_INFINITY) return Date.now();
    let newest = this.#since;
    for (const key of keys) {
      const time = this.#times.get(key);
      if (time !== undefined && time > newest) newest = time;
    }
    return newest;
  }

  async set(key: string, time?: number): Promise<number> {
    const wanted = time ?? Math.max(Date.now(), (this.#times.get(key) ?? 0) + 1);
    this.take(key, wanted);
    const held = await this.#parts.tell(key, wanted);
    this.take(key, held);
    return held;
  }

  /** Notes a time, unless a newer one is known. */
  take(key: string, time: number): void {
    const known = this.#times.get(key);
    if (known === undefined || time > known) this.#times.set(key, time);
  }

  async #load(): Promise<void> {
    const { since, updates } = await this.#parts.load();
    for (const [key, time] of updates) this.take(key, time);
    this.#since = since;
  }
}
