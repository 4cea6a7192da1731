import type { Attempt } from "./attempt.ts";

/** Waits for something, but not longer than the attempt is wanted. Where the wait is over, its outcome is of no interest. */
export const orStopped = <Value>(attempt: Attempt, waiting: Promise<Value>): Promise<Value> =>
  new Promise((resolve, reject) => {
    if (attempt.cancelled) reject(attempt.cancelled);
    else attempt.stopWith(reject);
    waiting.then(resolve, reject);
  });
