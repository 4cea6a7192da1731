import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { duration, type Duration } from "../units.ts";
import type { TrackedMember } from "./tracked-member.ts";

/** What failures of requests say about a member. */
export interface HealthOptions {
  /** Failures in a row that mark a member as down. @default 1 */
  failures?: number;
  /** After this time a member that is down is tried again. @default "60s" */
  recheck?: Duration;
  /** The same for a member that failed `longAfter` times in a row. @default "10m" */
  longRecheck?: Duration;
  /** Failures in a row from which on `longRecheck` holds. @default 10 */
  longAfter?: number;
  /** So many `slow` requests in a row, none of them answered, count as one failure. @default 5 */
  slow?: number;
}

/** {@link HealthOptions} in numbers and milliseconds. */
export interface ResolvedHealth {
  readonly failures: number;
  readonly recheck: number;
  readonly longRecheck: number;
  readonly longAfter: number;
  readonly slow: number;
}

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION */
export const resolveHealth = (options: HealthOptions = {}): ResolvedHealth => {
  refuseUnknown("health", options, { failures: true, recheck: true, longRecheck: true, longAfter: true, slow: true });
  return {
    failures: wholeNumber("health.failures", options.failures ?? 1, 1),
    recheck: duration(options.recheck ?? "60s", "health.recheck"),
    longRecheck: duration(options.longRecheck ?? "10m", "health.longRecheck"),
    longAfter: wholeNumber("health.longAfter", options.longAfter ?? 10, 1),
    slow: wholeNumber("health.slow", options.slow ?? 5, 1),
  };
};

/**
 * Counts a failure against a member; true when that marks it as down, anew or for longer.
 *
 * @param order the number of the lease that failed; undefined for news from elsewhere. A request to a member that is down, or that was under
 * way when the member was marked, tells nothing new: all that fell with it are one failure.
 * @param latest the number of the newest lease.
 */
export const countFailure = (
  member: TrackedMember,
  health: ResolvedHealth,
  now: number,
  order: number | undefined,
  latest: number,
): boolean => {
  if (order !== undefined && (order <= member.downOrder || now < member.downUntil)) return false;
  member.failuresInRow++;
  if (member.failuresInRow < health.failures) return false;
  member.downOrder = latest;
  member.goodProbes = 0;
  member.downUntil = now + (member.failuresInRow >= health.longAfter ? health.longRecheck : health.recheck);
  return true;
};
