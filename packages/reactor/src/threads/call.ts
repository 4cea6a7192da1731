import type { Transferable } from "node:worker_threads";
import { ReactorError, reasonOf } from "../errors.ts";
import { waitingTime } from "../units.ts";
import type { Order, Outcome } from "./messages.ts";
import type { ThreadCallOptions } from "./types.ts";
import { fromWire } from "./wire-error.ts";

/** One call of a function in a thread, from its wish to its outcome. */
export class Call {
  readonly order: Order;
  readonly transfer: readonly Transferable[];
  readonly settled: Promise<unknown>;
  /** Told when nobody waits for the outcome any more. */
  givenUp: (() => void) | undefined;
  readonly #outcome: PromiseWithResolvers<unknown> = Promise.withResolvers<unknown>();
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(order: Order, { signal, timeout, transfer = [] }: ThreadCallOptions) {
    this.order = order;
    this.transfer = transfer;
    this.settled = this.#outcome.promise;
    this.#signal = signal;
    const time = timeout === undefined ? undefined : waitingTime(timeout, "timeout");
    if (signal?.aborted) this.fail(signal.reason);
    else {
      signal?.addEventListener("abort", this.#aborted, { once: true });
      if (time !== undefined) this.#timer = setTimeout(() => this.#giveUp(this.#late(time)), time);
    }
  }

  /** Whether it has its outcome, or nobody waits for it any more. */
  get isOver(): boolean {
    return this.#over;
  }

  take(outcome: Outcome): void {
    const { module, name } = this.order;
    if ("result" in outcome) {
      this.#end();
      this.#outcome.resolve(outcome.result);
    } else if ("error" in outcome) this.fail(fromWire(outcome.error));
    else if ("exports" in outcome) {
      const exports = outcome.exports.join(", ") || "nothing";
      this.fail(new ReactorError("SKITAI_REACTOR_THREAD_EXPORT", { value: module, name, exports }));
    } else {
      const { reason, unloaded } = outcome;
      this.fail(new ReactorError("SKITAI_REACTOR_THREAD_MODULE", { value: module, reason }, { cause: fromWire(unloaded) }));
    }
  }

  fail(error: unknown): void {
    this.#end();
    this.#outcome.reject(error);
  }

  /** The thread is gone. */
  die(outcome: string, cause: unknown): void {
    const because = cause === undefined ? outcome : `${outcome}: ${reasonOf(cause)}`;
    this.fail(new ReactorError("SKITAI_REACTOR_THREAD_DIED", { outcome: because }, { cause }));
  }

  readonly #aborted = (): void => this.#giveUp(this.#signal!.reason);

  #giveUp(reason: unknown): void {
    if (this.#over) return;
    this.fail(reason);
    this.givenUp?.();
  }

  #late(timeout: number): ReactorError {
    const { module, name } = this.order;
    return new ReactorError("SKITAI_REACTOR_THREAD_TIMEOUT", { value: module, name, timeout });
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#aborted);
  }
}
