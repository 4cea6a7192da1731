import { ReactorError, waitingTime, type Duration } from "@skitai/reactor";

/** Refuses a value that makes no sense. @throws SKITAI_REACTOR_BAD_OPTION */
export const refuseUnless = (isSensible: boolean, what: string, value: unknown, hint: string): void => {
  if (!isSensible) throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value, hint });
};

/** @throws SKITAI_REACTOR_BAD_OPTION */
export const wholeNumber = (what: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): number => {
  const hint = `Use a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}.`;
  refuseUnless(Number.isInteger(value) && value >= least && value <= most, what, value, hint);
  return value;
};

/** @throws SKITAI_REACTOR_BAD_DURATION, SKITAI_REACTOR_BAD_OPTION */
export const someTime = (what: string, value: Duration): Duration => {
  refuseUnless(waitingTime(value, what) > 0, what, value, "Use a time from 1 ms.");
  return value;
};

/** A time, or 0. @throws SKITAI_REACTOR_BAD_DURATION */
export const anyTime = (what: string, value: Duration): Duration => {
  waitingTime(value, what);
  return value;
};
