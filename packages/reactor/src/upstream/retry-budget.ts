import { refuseUnknown } from "../internal/check-options.ts";
import { amount } from "./checks.ts";

/** How many requests may be repeated, so that repeating never multiplies the load of a cluster in trouble. */
export interface RetryBudgetOptions {
  /** Repetitions for each request of the latest ten seconds. @default 0.2 */
  ratio?: number;
  /** Repetitions per second that are allowed besides, for clusters with few requests. @default 10 */
  minPerSecond?: number;
}

/** {@link RetryBudgetOptions}, complete. */
export type ResolvedRetryBudget = { readonly [Name in keyof RetryBudgetOptions]-?: number };

/** `false` is a budget without end. @throws SKITAI_REACTOR_BAD_OPTION */
export const resolveRetryBudget = (options: RetryBudgetOptions | false = {}): ResolvedRetryBudget => {
  if (options === false) return { ratio: 0, minPerSecond: Infinity };
  refuseUnknown("retryBudget", options, { ratio: true, minPerSecond: true });
  return {
    ratio: amount("retryBudget.ratio", options.ratio ?? 0.2),
    minPerSecond: amount("retryBudget.minPerSecond", options.minPerSecond ?? 10),
  };
};

const seconds = 10;
const window = seconds * 1_000;

/** The budget of one cluster. What was counted fades in proportion as time passes. */
export class RetryBudget {
  readonly #options: ResolvedRetryBudget;
  readonly #now: () => number;
  #since: number;
  #requests = 0;
  #repeated = 0;
  /** Repetitions that were asked for and refused. */
  refused = 0;
  /** Repetitions that were granted. */
  granted = 0;

  constructor(options: ResolvedRetryBudget, now: () => number) {
    this.#options = options;
    this.#now = now;
    this.#since = now();
  }

  /** Counts a request that is sent for the first time. */
  deposit(): void {
    // The clock is read now and then, not for each request.
    if ((++this.#requests & 63) === 0) this.#fade();
  }

  /** Whether a request may be repeated; counts the repetition if so. */
  withdraw(): boolean {
    this.#fade();
    const { ratio, minPerSecond } = this.#options;
    if (this.#repeated + 1 > this.#requests * ratio + minPerSecond * seconds) {
      this.refused++;
      return false;
    }
    this.#repeated++;
    this.granted++;
    return true;
  }

  #fade(): void {
    const age = this.#now() - this.#since;
    if (age <= window) return;
    const part = window / age;
    this.#requests = Math.floor(this.#requests * part);
    this.#repeated *= part;
    this.#since = this.#now() - window;
  }
}
