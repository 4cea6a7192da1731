import { duration, waitingTime, type Duration } from "../units.ts";
import type { Lease } from "./types.ts";

export interface HeldLeaseParts {
  /** Milliseconds. */
  readonly ttl: number;
  /** `performance.now()` before it was asked for, so that it ends here no later than where it was granted. */
  readonly askedAt: number;
  /** Whether it is held, for so many milliseconds more. */
  renew(ttl: number): Promise<boolean>;
  release(): Promise<unknown>;
  /** It is not held any more. */
  ended(lease: HeldLease): void;
}

/** How much earlier than it ends its holder is told at most, in milliseconds: timers are late, and the next must not be earlier. */
const longestMargin = 50;

/** A lease as its holder sees it. */
export class HeldLease implements Lease {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly #parts: HeldLeaseParts;
  readonly #held = new AbortController();
  #ttl: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, parts: HeldLeaseParts) {
    this.name = name;
    this.signal = this.#held.signal;
    this.#parts = parts;
    this.#ttl = parts.ttl;
    this.#holdUntil(parts.askedAt + parts.ttl);
  }

  async renew(ttl?: Duration): Promise<boolean> {
    const time = ttl === undefined ? this.#parts.ttl : duration(ttl, "ttl");
    if (this.signal.aborted) return false;
    const before = performance.now();
    const renewed = await this.#parts.renew(time);
    if (renewed && !this.signal.aborted) {
      this.#ttl = time;
      this.#holdUntil(before + time);
      return true;
    }
    // It ran out here while it was renewed there.
    if (renewed) await this.#parts.release();
    this.end();
    return false;
  }

  async release(): Promise<void> {
    if (this.signal.aborted) return;
    this.end();
    await this.#parts.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Ends it on this side alone. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    this.#parts.ended(this);
    this.#held.abort();
  }

  #holdUntil(moment: number): void {
    clearTimeout(this.#timer);
    const margin = Math.min(longestMargin, this.#ttl / 4);
    const left = moment - performance.now();
    if (left <= margin) return this.end();
    // What no timer can wait for takes several rounds.
    this.#timer = setTimeout(() => this.#holdUntil(moment), waitingTime(left - margin)).unref();
  }
}
