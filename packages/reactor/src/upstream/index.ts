// Clusters
export { Cluster } from "./cluster.ts";
export type { ClusterEvents } from "./cluster.ts";
export type { ClusterOptions } from "./cluster-options.ts";
export type { ClusterStatus, MemberStatus } from "./cluster-status.ts";
export type { AcquireOptions } from "./lease-desk.ts";
export type { Lease, Outcome } from "./lease.ts";
export type { ClusterMember, MemberState } from "./tracked-member.ts";
export { Upstreams } from "./upstreams.ts";
export type { UpstreamsOptions } from "./upstreams.ts";

// Requests
export { balance } from "./balance.ts";
export type { BalanceOptions } from "./balance.ts";
export { isTransportFailure } from "./transport-failure.ts";
export type { Try } from "./try.ts";

// The parts of a cluster's options
export type { BreakerOptions, BreakerState } from "./breaker.ts";
export type { OutlierOptions } from "./outlier.ts";
export type { HealthOptions } from "./passive-health.ts";
export type { PolicyName } from "./policy/policies.ts";
export type { MemberChoice } from "./policy/policy.ts";
export type { ProbeOptions } from "./prober.ts";
export type { RetryBudget, RetryBudgetOptions } from "./retry-budget.ts";

// Definitions
export { parseAlias } from "./alias.ts";
export type { Alias, AliasOptions } from "./alias.ts";
export { parseMember } from "./member.ts";
export type { Member, UpstreamKind } from "./member.ts";
