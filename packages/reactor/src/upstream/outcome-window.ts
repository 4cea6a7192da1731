/** How many requests of the latest time failed. It forgets in two steps: a half of the time at once, so that counting costs nothing. */
export class OutcomeWindow {
  readonly #half: number;
  #startedAt: number;
  #total = 0;
  #failed = 0;
  #earlierTotal = 0;
  #earlierFailed = 0;

  /** @param length milliseconds. */
  constructor(length: number, now: number) {
    this.#half = length / 2;
    this.#startedAt = now;
  }

  record(ok: boolean, now: number): void {
    this.#turn(now);
    this.#total++;
    if (!ok) this.#failed++;
  }

  /** The part of failures, from 0 to 1; undefined when fewer than `least` requests were seen. */
  failureRatio(least: number, now: number): number | undefined {
    this.#turn(now);
    const total = this.#total + this.#earlierTotal;
    return total < least ? undefined : (this.#failed + this.#earlierFailed) / total;
  }

  clear(now: number): void {
    this.#startedAt = now;
    this.#total = this.#failed = this.#earlierTotal = this.#earlierFailed = 0;
  }

  #turn(now: number): void {
    const age = now - this.#startedAt;
    if (age < this.#half) return;
    const recent = age < this.#half * 2;
    this.#earlierTotal = recent ? this.#total : 0;
    this.#earlierFailed = recent ? this.#failed : 0;
    this.#total = this.#failed = 0;
    this.#startedAt = now;
  }
}
