import type { ClusterMember, TrackedMember } from "../tracked-member.ts";
import { takes, type MemberChoice, type Policy, type Random } from "./policy.ts";

/** Two members at random, in the proportion of their shares, and of them the one with fewer requests under way for its share. */
export class TwoChoices implements Policy {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  choose(candidates: readonly TrackedMember[], { exclude }: MemberChoice): TrackedMember | undefined {
    const one = this.#draw(candidates, exclude, undefined);
    if (one === undefined || one.inFlight === 0) return one;
    const other = this.#draw(candidates, exclude, one);
    return other !== undefined && other.inFlight / other.share < one.inFlight / one.share ? other : one;
  }

  #draw(
    candidates: readonly TrackedMember[],
    exclude: ReadonlySet<ClusterMember> | undefined,
    but: TrackedMember | undefined,
  ): TrackedMember | undefined {
    let drawn: TrackedMember | undefined;
    let total = 0;
    for (let at = 0; at < candidates.length; at++) {
      const member = candidates[at]!;
      if (member === but || !takes(member, exclude)) continue;
      total += member.share;
      if (this.#random() * total < member.share) drawn = member;
    }
    return drawn;
  }
}
