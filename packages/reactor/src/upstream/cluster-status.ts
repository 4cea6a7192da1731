import type { Breaker, BreakerState } from "./breaker.ts";
import type { UpstreamKind } from "./member.ts";
import type { PolicyName } from "./policy/policies.ts";
import type { RetryBudget } from "./retry-budget.ts";
import type { MemberState, TrackedMember } from "./tracked-member.ts";

/** What a member has done and is doing. It holds no credentials. */
export interface MemberStatus {
  readonly address: string;
  readonly state: MemberState;
  readonly weight: number;
  readonly inFlight: number;
  /** Requests that have ended. */
  readonly requests: number;
  readonly failures: number;
  readonly failuresInRow: number;
  /** Milliseconds until it is tried again; 0 when it is in rotation, or a probe or a person decides. */
  readonly backIn: number;
  /** Milliseconds that a request takes, newer ones counting more; undefined until one was measured. */
  readonly latency: number | undefined;
}

/** The figures of a cluster. */
export interface ClusterStatus {
  readonly kind: UpstreamKind;
  readonly ssl: boolean;
  readonly policy: PolicyName;
  /** State of the circuit breaker; undefined where there is none. */
  readonly breaker: BreakerState | undefined;
  /** Leases that were handed out. */
  readonly requests: number;
  /** Requests that wait for a member to have room. */
  readonly waiting: number;
  /** Requests that were repeated at another member. */
  readonly repeated: number;
  /** Requests that were not, because too many were. */
  readonly notRepeated: number;
  readonly members: readonly MemberStatus[];
}

export interface ClusterStatusParts {
  readonly kind: UpstreamKind;
  readonly ssl: boolean;
  readonly policy: PolicyName;
  readonly breaker: Breaker | undefined;
  readonly budget: RetryBudget;
  readonly requests: number;
  readonly waiting: number;
  readonly members: readonly TrackedMember[];
  readonly now: number;
}

export const reportCluster = (parts: ClusterStatusParts): ClusterStatus => ({
  kind: parts.kind,
  ssl: parts.ssl,
  policy: parts.policy,
  breaker: parts.breaker?.state,
  requests: parts.requests,
  waiting: parts.waiting,
  repeated: parts.budget.granted,
  notRepeated: parts.budget.refused,
  members: parts.members.map((member) => reportMember(member, parts.now)),
});

const reportMember = (member: TrackedMember, now: number): MemberStatus => ({
  address: member.address,
  state: member.state,
  weight: member.weight,
  inFlight: member.inFlight,
  requests: member.requests,
  failures: member.failures,
  failuresInRow: member.failuresInRow,
  backIn:
    member.state === "down" || member.state === "ejected" ? Math.ceil(Math.max(0, member.downUntil - now, member.ejectedUntil - now)) : 0,
  latency: member.latency,
});
