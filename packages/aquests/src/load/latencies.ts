/** Times of many requests, and what they say together. All in milliseconds. */
export class Latencies {
  readonly #times: Float64Array;
  #count = 0;

  /** @param room how many times there will be at most. */
  constructor(room: number) {
    this.#times = new Float64Array(room);
  }

  get count(): number {
    return this.#count;
  }

  add(time: number): void {
    this.#times[this.#count++] = time;
  }

  /** The times below which the given shares of all lie, in the same order: 0.5 is the median, 1 the longest. */
  percentiles(shares: readonly number[]): number[] {
    const sorted = this.#times.subarray(0, this.#count).toSorted();
    return shares.map((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN);
  }

  get mean(): number {
    let sum = 0;
    for (let at = 0; at < this.#count; at++) sum += this.#times[at]!;
    return sum / this.#count;
  }
}
