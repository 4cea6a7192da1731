import type { ClusterMember, TrackedMember } from "./tracked-member.ts";

/**
 * How a request ended, as far as its member goes: `ok` it answered, whatever it said; `failed` it could not be reached, broke off or took too
 * long; `slow` another member that was asked later answered first; `neutral` nothing follows, as when the caller gave up.
 */
export type Outcome = "ok" | "failed" | "slow" | "neutral";

/** The right to send one request to a member. It counts as under way until it is released. */
export interface Lease {
  readonly member: ClusterMember;
  /**
   * Ends the request; only the first call counts. It reports the outcome too, so {@link Cluster.report} is not needed besides.
   *
   * @param elapsedMs what the status page's latency is made of.
   */
  release(outcome: Outcome, elapsedMs?: number): void;
}

/** What takes leases back. */
export type ReleaseLease = (lease: MemberLease, outcome: Outcome, elapsedMs: number | undefined) => void;

export class MemberLease implements Lease {
  readonly member: TrackedMember;
  /** Leases of a cluster are numbered. */
  readonly order: number;
  /** Whether it tries a cluster whose breaker was open. */
  readonly onTrial: boolean;
  #release: ReleaseLease | undefined;

  constructor(member: TrackedMember, order: number, onTrial: boolean, release: ReleaseLease) {
    this.member = member;
    this.order = order;
    this.onTrial = onTrial;
    this.#release = release;
  }

  release(outcome: Outcome, elapsedMs?: number): void {
    const release = this.#release;
    this.#release = undefined;
    release?.(this, outcome, elapsedMs);
  }
}
