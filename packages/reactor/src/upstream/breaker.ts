import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { duration, type Duration } from "../units.ts";
import { amount, switchable } from "./checks.ts";
import { OutcomeWindow } from "./outcome-window.ts";

/** Refuses requests at once while most of those to the whole cluster fail, and lets a few through to see whether that has changed. */
export interface BreakerOptions {
  /** The part of requests, from 0 to 1, that must have failed. @default 0.5 */
  failureRatio?: number;
  /** Requests that must have been seen before anything follows. @default 20 */
  minRequests?: number;
  /** The time that is looked at. @default "10s" */
  window?: Duration;
  /** For how long requests are refused before some are tried. @default "10s" */
  openFor?: Duration;
  /** Requests that are tried, and must all succeed. @default 1 */
  trials?: number;
}

/** {@link BreakerOptions} in numbers and milliseconds. */
export type ResolvedBreaker = { readonly [Name in keyof BreakerOptions]-?: number };

/** Undefined when it is off. @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION */
export const resolveBreaker = (value: BreakerOptions | boolean = false): ResolvedBreaker | undefined => {
  const options: BreakerOptions | undefined = switchable("breaker", value);
  if (options === undefined) return undefined;
  refuseUnknown("breaker", options, { failureRatio: true, minRequests: true, window: true, openFor: true, trials: true });
  return {
    failureRatio: amount("breaker.failureRatio", options.failureRatio ?? 0.5, 1),
    minRequests: wholeNumber("breaker.minRequests", options.minRequests ?? 20, 1),
    window: duration(options.window ?? "10s", "breaker.window"),
    openFor: duration(options.openFor ?? "10s", "breaker.openFor"),
    trials: wholeNumber("breaker.trials", options.trials ?? 1, 1),
  };
};

/** `closed`: requests pass. `open`: none does. `halfOpen`: a few do, on trial. */
export type BreakerState = "closed" | "open" | "halfOpen";

/** The circuit breaker of one cluster. */
export class Breaker {
  readonly #options: ResolvedBreaker;
  readonly #now: () => number;
  readonly #outcomes: OutcomeWindow;
  #state: BreakerState = "closed";
  #openUntil = 0;
  /** Trials that are under way or have succeeded. */
  #trials = 0;
  #succeeded = 0;

  constructor(options: ResolvedBreaker, now: () => number) {
    this.#options = options;
    this.#now = now;
    this.#outcomes = new OutcomeWindow(options.window, now());
  }

  get state(): BreakerState {
    if (this.#state === "open" && this.#now() >= this.#openUntil) {
      this.#state = "halfOpen";
      this.#trials = this.#succeeded = 0;
    }
    return this.#state;
  }

  /** Whether a request may pass now. */
  get admits(): boolean {
    if (this.#state === "closed") return true;
    return this.state === "halfOpen" && this.#trials < this.#options.trials;
  }

  /** Milliseconds until requests are tried; 0 when it is not open. */
  get remaining(): number {
    return this.state === "open" ? Math.ceil(this.#openUntil - this.#now()) : 0;
  }

  /** A request passes; true when it does so on trial. */
  begin(): boolean {
    if (this.#state !== "halfOpen") return false;
    this.#trials++;
    return true;
  }

  /** A request is over; undefined for one that says nothing about the cluster. True when that opens the breaker. */
  end(ok: boolean | undefined, onTrial: boolean): boolean {
    if (this.#state === "closed") return ok !== undefined && this.#count(ok);
    // Those that passed before it opened, or on an earlier trial, say nothing new.
    if (this.#state === "open" || !onTrial) return false;
    if (ok === undefined) this.#trials = Math.max(0, this.#trials - 1);
    else if (!ok) return this.#open();
    else if (++this.#succeeded >= this.#options.trials) {
      this.#state = "closed";
      this.#outcomes.clear(this.#now());
    }
    return false;
  }

  #count(ok: boolean): boolean {
    const now = this.#now();
    this.#outcomes.record(ok, now);
    if (ok) return false;
    const ratio = this.#outcomes.failureRatio(this.#options.minRequests, now);
    return ratio !== undefined && ratio >= this.#options.failureRatio && this.#open();
  }

  #open(): true {
    this.#state = "open";
    this.#openUntil = this.#now() + this.#options.openFor;
    return true;
  }
}
