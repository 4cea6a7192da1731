import { Expiring } from "./expiring.ts";
import type { Answers } from "./protocol.ts";

/** Sums by name, with and without an end. */
export class CounterTable {
  readonly #endless = new Map<string, number>();
  readonly #windows = new Expiring<number>();

  /** @param window milliseconds after which a sum that begins now ends; null for never. */
  add(name: string, n: number, window: number | null): Answers["count"] {
    const running = this.#windows.get(name);
    if (running) {
      running.value += n;
      return { value: running.value, left: Math.max(0, running.ends - performance.now()) };
    }
    const before = this.#endless.get(name);
    if (before !== undefined || window === null) {
      const value = (before ?? 0) + n;
      if (n !== 0) this.#endless.set(name, value);
      return { value, left: null };
    }
    // Reading begins nothing.
    if (n !== 0) this.#windows.set(name, n, window);
    return { value: n, left: window };
  }

  reset(name: string): void {
    this.#endless.delete(name);
    this.#windows.delete(name);
  }
}
