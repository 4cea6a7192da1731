import { setTimeout as delay } from "node:timers/promises";

/** What a program tells of one round, as one line of JSON. */
export interface LoopRound {
  /** How long the event loop stood still, at the longest, in milliseconds. */
  readonly longestMillis: number;
  /** How long the work took. */
  readonly workMillis: number;
}

/** Does the work once to warm up and then while the event loop is watched; prints the {@link LoopRound} and ends the process. */
export const watched = async (work: () => Promise<void>): Promise<never> => {
  await work();
  globalThis.gc?.();
  // A timer that is due each millisecond: how late it comes is how long nothing else could be done.
  // (The histogram of perf_hooks leaves out the time that JavaScript itself takes.)
  let last = performance.now();
  let longestMillis = 0;
  const tick = (): void => {
    const now = performance.now();
    longestMillis = Math.max(longestMillis, now - last - 1);
    last = now;
  };
  const timer = setInterval(tick, 1);
  await delay(20);
  const from = performance.now();
  longestMillis = 0;
  await work();
  const workMillis = performance.now() - from;
  await delay(20);
  clearInterval(timer);
  process.stdout.write(`${JSON.stringify({ longestMillis, workMillis } satisfies LoopRound)}\n`);
  process.exit(0);
};
