import type { TrackedMember } from "../tracked-member.ts";
import { takes, type MemberChoice, type Policy, type Random } from "./policy.ts";

/** The member with the fewest requests under way for its share; among equals a random one, in the proportion of their shares. */
export class LeastInFlight implements Policy {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  choose(candidates: readonly TrackedMember[], { exclude }: MemberChoice): TrackedMember | undefined {
    let best: TrackedMember | undefined;
    let least = Infinity;
    let tied = 0;
    for (let at = 0; at < candidates.length; at++) {
      const member = candidates[at]!;
      if (!takes(member, exclude)) continue;
      const load = member.inFlight / member.share;
      if (load > least) continue;
      if (load < least) {
        best = member;
        least = load;
        tied = member.share;
      } else {
        tied += member.share;
        if (this.#random() * tied < member.share) best = member;
      }
    }
    return best;
  }
}
