import { reasonOf, waitingTime, type Duration } from "@skitai/reactor";
import type { ClusterMember } from "@skitai/reactor/upstream";
import { AquestsError } from "../errors.ts";
import type { Call } from "./call.ts";
import { tell } from "./callback.ts";
import { aquestsError } from "./faults.ts";
import { Inquiry } from "./inquiry.ts";
import { keep, keptOf, recall, type Kept } from "./kept.ts";
import type { Reply } from "./operation.ts";
import { Result, type Keeper, type ResultOrigin, type ResultStatus } from "./result.ts";
import { Results } from "./results.ts";
import type { Runtime } from "./runtime.ts";

export interface WaitOptions {
  /** Throw what went wrong instead of returning a result without an answer. @default false */
  reraise?: boolean;
}

/** Milliseconds that a filter has for a result without an answer, which came when the time was up. */
const filterGrace = 500;

const noMeta: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * One request under way. It was sent when the verb was called; awaiting it gives its {@link Result} and never rejects.
 *
 * @example
 * const users = was.get("@users/list");     // both are under way now
 * const photos = was.get("@photos/latest");
 * return { users: (await users).data, photos: (await photos).data };
 */
export class Dispatch<Data> implements PromiseLike<Result<Data>>, Keeper {
  readonly #runtime: Runtime;
  readonly #call: Call<Data>;
  /** Milliseconds. */
  readonly #timeout: number;
  /** `performance.now()` of its start, or 0. */
  #startedAt = 0;
  /** The same on the clock that updates are noted by. */
  #askedAt = 0;
  readonly #promise: Promise<Result<Data>>;
  #resolve!: (result: Result<Data>) => void;
  #result: Result<Data> | undefined = undefined;
  /** The end has come, though a filter may still be at work. */
  #over = false;
  readonly #member: ClusterMember | undefined;
  readonly #inquiry: Inquiry<Data>;
  #timer: NodeJS.Timeout | undefined = undefined;
  /** What listens to the caller's signal. */
  #aborted: (() => void) | undefined = undefined;
  #keepFor: number | undefined = undefined;

  /**
   * Sends nothing before {@link start}, or before somebody awaits it.
   *
   * @param member the one member to ask, where the target is an alias and all its members are asked.
   * @throws SKITAI_REACTOR_BAD_DURATION
   * @internal
   */
  constructor(runtime: Runtime, call: Call<Data>, member?: ClusterMember) {
    this.#runtime = runtime;
    this.#call = call;
    this.#member = member;
    this.#inquiry = new Inquiry(runtime, call);
    const { timeout } = call.options;
    this.#timeout = timeout === undefined ? runtime.timeout : waitingTime(timeout, "timeout");
    this.#promise = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Sends the request, unless that was done. @internal */
  start(): this {
    if (this.#startedAt !== 0) return this;
    this.#startedAt = performance.now();
    this.#askedAt = Date.now();
    this.#start();
    return this;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise of its result
  then<One = Result<Data>, Other = never>(
    fulfilled?: ((result: Result<Data>) => One | PromiseLike<One>) | null,
    rejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<One | Other> {
    return this.start().#promise.then(fulfilled, rejected);
  }

  /** @param timeout counts from the creation of the request. Default: the call's. */
  getwait(timeout?: Duration, { reraise = false }: WaitOptions = {}): Promise<Result<Data>> {
    this.start();
    if (timeout !== undefined) this.#limit(waitingTime(timeout, "timeout"), performance.now() - this.#startedAt);
    return reraise ? this.#promise.then((result) => result.reraise()) : this.#promise;
  }

  /** The same for code that takes one request for several. */
  async getswait(timeout?: Duration, options?: WaitOptions): Promise<Results<Data>> {
    return new Results([await this.getwait(timeout, options)], (results, seconds) => void results.at(0)?.cache(seconds));
  }

  /** Waits for the end. Rejects when there was no answer. */
  async wait(timeout?: Duration): Promise<void> {
    await this.getwait(timeout, { reraise: true });
  }

  /** Keeps the result for later calls that ask for the same, once it is there; see {@link Result.cache}. */
  cache(seconds = 300): this {
    if (this.#result) this.#result.cache(seconds);
    else this.#keepFor = seconds;
    return this;
  }

  /** Gives the request up; its result says so. */
  abort(reason: unknown = new Error("it is no longer wanted")): void {
    this.#give(abortedBy(reason), 2);
  }

  #start(): void {
    if (this.#runtime.closed) return this.#fail(new AquestsError("SKITAI_AQUESTS_CLOSED"));
    const { signal } = this.#call.options;
    if (signal?.aborted) return this.abort(signal.reason);
    if (this.#member === undefined && this.#recall()) return;
    if (signal) {
      this.#aborted = () => this.abort(signal.reason);
      signal.addEventListener("abort", this.#aborted, { once: true });
    }
    this.#limit(this.#timeout, 0);
    this.#inquiry.ask(this.#member).then(
      (reply) => this.#answer(reply),
      (error: unknown) => this.#fail(error),
    );
  }

  #answer(reply: Reply<Data>): void {
    if (this.#over) return void reply.stream?.destroy();
    this.#finish(this.#make(3, reply, undefined));
    this.#followTo(reply);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    const known = aquestsError(error);
    this.#finish(this.#make(known.code === "SKITAI_AQUESTS_TIMEOUT" ? 1 : 2, undefined, known));
  }

  /** What is handed over as it arrives can be given up until its end. */
  #followTo({ untilEnd }: Reply<Data>): void {
    const { signal } = this.#call.options;
    if (!signal || !untilEnd) return;
    const aborted = (): void => this.#inquiry.cancel(abortedBy(signal.reason));
    const over = (): void => signal.removeEventListener("abort", aborted);
    signal.addEventListener("abort", aborted, { once: true });
    untilEnd().then(over, over);
  }

  /**
   * Waits no longer than so many milliseconds after the creation of the request; 0 is for ever.
   *
   * @param passed of them.
   */
  #limit(timeout: number, passed: number): void {
    clearTimeout(this.#timer);
    if (timeout === 0 || this.#result) return;
    this.#timer = setTimeout(Dispatch.#late<Data>, Math.max(0, timeout - passed), this, timeout);
  }

  static #late<Data>(dispatch: Dispatch<Data>, timeout: number): void {
    dispatch.#give(new AquestsError("SKITAI_AQUESTS_TIMEOUT", { timeout }), 1);
  }

  /** Ends the request without its answer. */
  #give(error: AquestsError, status: ResultStatus): void {
    if (this.#result) return;
    const result = this.#make(status, undefined, error);
    // A filter that is still at work gets no second result.
    if (this.#over) this.#settle(result);
    else this.#finish(result);
    if (!this.#result) this.#timer = setTimeout(() => this.#settle(result), filterGrace);
    this.#inquiry.giveUp(error, status === 1);
  }

  #make(status: ResultStatus, reply: Reply<Data> | undefined, error: AquestsError | undefined): Result<Data> {
    return new Result<Data>(this.#origin(), reply, error, status);
  }

  #origin(): ResultOrigin {
    const { operation, options } = this.#call;
    const { url, node } = this.#inquiry;
    return { method: operation.method, url, node, meta: options.meta ?? noMeta, keeper: this };
  }

  #finish(result: Result<Data>): void {
    this.#over = true;
    const { filter } = this.#call.options;
    if (!filter) return this.#settle(result);
    // A filter has what is left of the time, and what it throws ends the call.
    void (async () => filter(result))().then(
      () => this.#settle(result),
      (cause: unknown) => {
        const error = new AquestsError("SKITAI_AQUESTS_HANDLER_FAILED", { what: "filter", reason: reasonOf(cause) }, { cause });
        this.#inquiry.cancel(error);
        this.#settle(this.#make(2, undefined, error));
      },
    );
  }

  #settle(result: Result<Data>): void {
    if (this.#result) return;
    this.#result = result;
    clearTimeout(this.#timer);
    if (result.status !== 3) this.#call.operation.abandon?.();
    if (this.#aborted) this.#call.options.signal?.removeEventListener("abort", this.#aborted);
    if (this.#keepFor !== undefined) result.cache(this.#keepFor);
    this.#resolve(result);
    tell(this.#runtime, this.#call.options, result);
  }

  /** Answers from what was kept. */
  #recall(): boolean {
    const kept = recall<Kept, Data>(this.#runtime, this.#call, "one");
    if (!kept) return false;
    this.#over = true;
    const { node, url, reply } = kept;
    this.#settle(new Result<Data>({ ...this.#origin(), node, url }, reply as Reply<Data>, undefined, 3, true));
    return true;
  }

  /** Keeps a result of this call; {@link Result.cache} does so. */
  keep(result: Result<unknown>, seconds: number): void {
    keep(this.#runtime, this.#call, "one", keptOf(result), seconds, this.#askedAt);
  }
}

const abortedBy = (reason: unknown): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_ABORTED", { reason: reasonOf(reason) }, { cause: reason });
