import type { TrackedMember } from "../tracked-member.ts";
import { takes, type MemberChoice, type Policy } from "./policy.ts";

/** Each in turn, heavier ones more often, and their turns spread evenly: 5:1:1 gives a a b a c a a. */
export class RoundRobin implements Policy {
  choose(candidates: readonly TrackedMember[], { exclude }: MemberChoice): TrackedMember | undefined {
    let best: TrackedMember | undefined;
    let total = 0;
    for (let at = 0; at < candidates.length; at++) {
      const member = candidates[at]!;
      if (!takes(member, exclude)) continue;
      member.credit += member.share;
      total += member.share;
      if (best === undefined || member.credit > best.credit) best = member;
    }
    if (best) best.credit -= total;
    return best;
  }
}
