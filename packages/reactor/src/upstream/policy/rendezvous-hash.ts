import { hashOf, type TrackedMember } from "../tracked-member.ts";
import { takes, type MemberChoice, type Policy } from "./policy.ts";

/**
 * The same member for the same key, as long as it is in rotation and has room. When members come or go, only the keys that they gain or lose
 * move. A request without a key is given away by another policy.
 */
export class RendezvousHash implements Policy {
  readonly #withoutKey: Policy;

  constructor(withoutKey: Policy) {
    this.#withoutKey = withoutKey;
  }

  choose(candidates: readonly TrackedMember[], pick: MemberChoice): TrackedMember | undefined {
    if (pick.key === undefined) return this.#withoutKey.choose(candidates, pick);
    const key = hashOf(pick.key);
    let best: TrackedMember | undefined;
    let highest = -1;
    for (let at = 0; at < candidates.length; at++) {
      const member = candidates[at]!;
      if (!takes(member, pick.exclude)) continue;
      // A draw from an exponential distribution for each member: the highest of them wins with a chance in proportion to its share.
      const score = member.share / -Math.log(uniform(key ^ member.seed));
      if (score > highest) {
        best = member;
        highest = score;
      }
    }
    return best;
  }
}

/** A number between 0 and 1, both excluded, that looks random; the finishing steps of MurmurHash3. */
const uniform = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32;
};
