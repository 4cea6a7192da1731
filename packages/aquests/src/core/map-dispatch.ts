import type { Duration } from "@skitai/reactor";
import type { Cluster } from "@skitai/reactor/upstream";
import { AquestsError } from "../errors.ts";

import type { Call } from "./call.ts";
import { tell } from "./callback.ts";
import type { Dispatch, WaitOptions } from "./dispatch.ts";
import { keep, keptOf, recall, type Kept } from "./kept.ts";
import type { Reply } from "./operation.ts";
import { Result } from "./result.ts";
import { Results } from "./results.ts";
import { start } from "./start.ts";
import type { Caller, Runtime } from "./runtime.ts";

/**
 * One request to each member of an alias, all under way at once. Awaiting it gives their {@link Results} and never rejects.
 *
 * @example
 * const results = await was.get.map("@search/find?q=Mozart").getswait("2s");
 * return [...results].flatMap((rs) => rs.data);
 */
export class MapDispatch<Data> implements PromiseLike<Results<Data>> {
  readonly #runtime: Runtime;
  readonly #call: Call<Data>;
  readonly #dispatches: readonly Dispatch<Data>[];
  readonly #kept: Results<Data> | undefined;
  #results: Promise<Results<Data>> | undefined = undefined;
  readonly #askedAt = Date.now();
  #keepFor: number | undefined = undefined;

  /** @internal */
  constructor(caller: Caller, call: Call<Data> & { readonly target: Cluster }) {
    this.#runtime = caller.runtime;
    this.#call = call;
    this.#kept = this.#recall();
    const members = call.target.all();
    // Where there is nobody to ask, one result says so.
    this.#dispatches = this.#kept
      ? []
      : members.length === 0
        ? [start(caller, call)]
        : members.map((member) => start(caller, call, member));
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise of its results
  then<One = Results<Data>, Other = never>(
    fulfilled?: ((results: Results<Data>) => One | PromiseLike<One>) | null,
    rejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<One | Other> {
    return this.getswait().then(fulfilled, rejected);
  }

  /** @throws SKITAI_AQUESTS_MULTIPLE_RESULTS: there are as many as there are members. */
  async getwait(): Promise<never> {
    throw new AquestsError("SKITAI_AQUESTS_MULTIPLE_RESULTS");
  }

  /** @param timeout counts from the creation of the requests. Default: the call's. */
  async getswait(timeout?: Duration, { reraise = false }: WaitOptions = {}): Promise<Results<Data>> {
    if (timeout !== undefined) for (const dispatch of this.#dispatches) void dispatch.getwait(timeout);
    const results = await (this.#results ??= this.#collect());
    return reraise ? results.reraise() : results;
  }

  /** Waits for all. Rejects when one of them had no answer. */
  async wait(timeout?: Duration): Promise<void> {
    await this.getswait(timeout, { reraise: true });
  }

  /** Keeps the results together, once they are there; see {@link Results.cache}. */
  cache(seconds = 300): this {
    this.#keepFor = seconds;
    void (this.#results ??= this.#collect()).then((results) => results.cache(this.#keepFor));
    return this;
  }

  /** Gives all of them up. */
  abort(reason?: unknown): void {
    for (const dispatch of this.#dispatches) dispatch.abort(reason);
  }

  async #collect(): Promise<Results<Data>> {
    return this.#kept ?? new Results(await Promise.all(this.#dispatches), this.#keep);
  }

  #recall(): Results<Data> | undefined {
    const { meta = {} } = this.#call.options;
    const { method } = this.#call.operation;
    const kept = recall<readonly Kept[], Data>(this.#runtime, this.#call, "all");
    const again = kept?.map(
      ({ node, url, reply }) => new Result<Data>({ method, node, url, meta }, reply as Reply<Data>, undefined, 3, true),
    );
    for (const result of again ?? []) tell(this.#runtime, this.#call.options, result);
    return again && new Results(again, this.#keep, true);
  }

  readonly #keep = (results: Results<Data>, seconds: number): void =>
    keep(this.#runtime, this.#call, "all", [...results].map(keptOf), seconds, this.#askedAt);
}
