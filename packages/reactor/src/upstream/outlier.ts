import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { duration, type Duration } from "../units.ts";
import { amount, switchable } from "./checks.ts";
import { OutcomeWindow } from "./outcome-window.ts";
import type { TrackedMember } from "./tracked-member.ts";

/** Takes a member out of rotation for a while when too many of its requests fail, though never so many in a row that it is down. */
export interface OutlierOptions {
  /** The part of requests, from 0 to 1, that must have failed. @default 0.5 */
  failureRatio?: number;
  /** Requests that must have been seen before anything follows. @default 10 */
  minRequests?: number;
  /** The time that is looked at. @default "10s" */
  window?: Duration;
  /** For how long; the second time in a row twice as long, and so on. @default "30s" */
  ejectFor?: Duration;
  /** The part of the members, in percent, that may be out at once. One always may, and one always stays. @default 50 */
  maxEjected?: number;
}

/** {@link OutlierOptions} in numbers and milliseconds. */
export type ResolvedOutlier = { readonly [Name in keyof OutlierOptions]-?: number };

/** Undefined when it is off. @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION */
export const resolveOutlier = (value: OutlierOptions | boolean = false): ResolvedOutlier | undefined => {
  const options: OutlierOptions | undefined = switchable("outlier", value);
  if (options === undefined) return undefined;
  refuseUnknown("outlier", options, { failureRatio: true, minRequests: true, window: true, ejectFor: true, maxEjected: true });
  return {
    failureRatio: amount("outlier.failureRatio", options.failureRatio ?? 0.5, 1),
    minRequests: wholeNumber("outlier.minRequests", options.minRequests ?? 10, 1),
    window: duration(options.window ?? "10s", "outlier.window"),
    ejectFor: duration(options.ejectFor ?? "30s", "outlier.ejectFor"),
    maxEjected: amount("outlier.maxEjected", options.maxEjected ?? 50, 100),
  };
};

/** Members are not ejected for longer than so many times `ejectFor`. */
const longest = 10;

/** Counts an outcome; true when the member is ejected for it. */
export const countOutlier = (
  member: TrackedMember,
  members: readonly TrackedMember[],
  options: ResolvedOutlier,
  ok: boolean,
  now: number,
): boolean => {
  member.outcomes ??= new OutcomeWindow(options.window, now);
  member.outcomes.record(ok, now);
  if (ok || now < member.ejectedUntil) return false;
  const ratio = member.outcomes.failureRatio(options.minRequests, now);
  if (ratio === undefined || ratio < options.failureRatio || !mayEject(member, members, options, now)) return false;
  // A time of good conduct, as long as the last ejection, starts the row anew.
  if (now - member.ejectedUntil > options.ejectFor * member.ejections) member.ejections = 0;
  member.ejections = Math.min(longest, member.ejections + 1);
  member.ejectedUntil = now + options.ejectFor * member.ejections;
  member.outcomes.clear(now);
  return true;
};

const mayEject = (member: TrackedMember, members: readonly TrackedMember[], options: ResolvedOutlier, now: number): boolean => {
  let ejected = 0;
  let remaining = 0;
  for (const other of members) {
    if (now < other.ejectedUntil) ejected++;
    else if (other !== member && (other.state === "up" || other.state === "warming")) remaining++;
  }
  return remaining > 0 && ejected < Math.max(1, Math.floor((members.length * options.maxEjected) / 100));
};
