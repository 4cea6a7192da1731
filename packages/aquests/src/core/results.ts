import type { Result, ResultStatus } from "./result.ts";

/**
 * What all members of an alias said to one question.
 *
 * @example
 * const results = await was.rpc.map("@search/rpc2").find("Mozart").getswait("5s");
 * const found = [...results].flatMap((rs) => (rs.status === 3 ? rs.data : []));
 */
export class Results<Data> implements Iterable<Result<Data>> {
  readonly #results: readonly Result<Data>[];
  readonly #keep: ((results: Results<Data>, seconds: number) => void) | undefined;
  /** They were not asked for now: they were kept. */
  readonly cached: boolean;

  constructor(results: readonly Result<Data>[], keep?: (results: Results<Data>, seconds: number) => void, cached = false) {
    this.#results = results;
    this.#keep = keep;
    this.cached = cached;
  }

  [Symbol.iterator](): Iterator<Result<Data>> {
    return this.#results[Symbol.iterator]();
  }

  get length(): number {
    return this.#results.length;
  }

  at(index: number): Result<Data> | undefined {
    return this.#results.at(index);
  }

  /** The status of each, in the order of the members. */
  get status(): ResultStatus[] {
    return this.#results.map((result) => result.status);
  }

  get statusCode(): number[] {
    return this.#results.map((result) => result.statusCode);
  }

  get data(): Data[] {
    return this.#results.map((result) => result.data);
  }

  /** Keeps all of them together, if each had an answer. 0 or less forgets. @param seconds default 300. */
  cache(seconds = 300): this {
    if (seconds <= 0 || (!this.cached && this.#results.every(({ status }) => status === 3))) this.#keep?.(this, seconds);
    return this;
  }

  expire(): this {
    return this.cache(0);
  }

  /** Throws what went wrong with the first that had no answer. */
  reraise(): this {
    for (const result of this.#results) result.reraise();
    return this;
  }
}
