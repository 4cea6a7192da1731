/** The most that is kept back of a deadline, in milliseconds. */
const reserve = 2_000;

/** How much of the time until a process is killed it may spend on finishing requests; the rest is for ending its apps. */
export const drainTime = (untilKilled: number): number => untilKilled - Math.min(untilKilled / 4, reserve);
