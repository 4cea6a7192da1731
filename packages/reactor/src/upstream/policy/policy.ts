import type { ClusterMember, TrackedMember } from "../tracked-member.ts";

/** What restricts one choice. */
export interface MemberChoice {
  /** Members that must not be chosen: those that this request was given to already. */
  readonly exclude?: ReadonlySet<ClusterMember> | undefined;
  /** What the policy `hash` goes by: a user, a session, a cache key. */
  readonly key?: string | undefined;
}

/** How a cluster chooses. Every policy gives members loads in the proportion of their shares, and passes the same suite of cases. */
export interface Policy {
  /**
   * One of the candidates that has room and is not excluded; undefined when there is none.
   *
   * @param candidates members in rotation; those that are down or off are not among them.
   */
  choose(candidates: readonly TrackedMember[], pick: MemberChoice): TrackedMember | undefined;
}

/** A number from 0 to below 1. */
export type Random = () => number;

/** Whether a member may be given a request. */
export const takes = (member: TrackedMember, exclude: ReadonlySet<ClusterMember> | undefined): boolean =>
  member.inFlight < member.limit && (exclude === undefined || !exclude.has(member));
