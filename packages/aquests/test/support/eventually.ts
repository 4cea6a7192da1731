import { setTimeout as wait } from "node:timers/promises";

/** Waits until a check holds. It never gives up: the time limit is that of the test. */
export const eventually = async (check: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await check())) await wait(10);
};
