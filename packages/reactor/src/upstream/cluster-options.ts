import { ReactorError } from "../errors.ts";
import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { duration, waitingTime, type Duration } from "../units.ts";
import { resolveBreaker, type BreakerOptions, type ResolvedBreaker } from "./breaker.ts";
import { resolveOutlier, type OutlierOptions, type ResolvedOutlier } from "./outlier.ts";
import { resolveHealth, type HealthOptions, type ResolvedHealth } from "./passive-health.ts";
import { checkedPolicy, type PolicyName } from "./policy/policies.ts";
import { resolveProbe, type ProbeOptions, type ResolvedProbe } from "./prober.ts";
import { resolveRetryBudget, type ResolvedRetryBudget, type RetryBudgetOptions } from "./retry-budget.ts";

/** How a cluster chooses its members, watches them and protects them. */
export interface ClusterOptions {
  /** How members are chosen. @default "leastInFlight" */
  policy?: PolicyName;
  /** Requests that one member may have under way; further ones wait. @default Infinity */
  maxInFlight?: number;
  /** Requests that may wait for a member to have room; further ones fail at once. @default 1000 */
  maxQueue?: number;
  /** How long a request may wait for a member to have room. @default "10s" */
  queueTimeout?: Duration;
  /** What failures of requests say about a member. @default down after one failure, tried again after 60 s, after ten in a row 10 min */
  health?: HealthOptions;
  /** The time in which the share of a member that came back, or was added, grows from a tenth to the whole; 0 for at once. @default "10s" */
  slowStart?: Duration;
  /** Takes members out for a while when many of their requests fail; `true` for the defaults. @default false */
  outlier?: OutlierOptions | boolean;
  /** Asks members whether they are well. @default none */
  probe?: ProbeOptions;
  /** How many requests may be repeated at another member; false for any number. @default one in five, and 10 per second */
  retryBudget?: RetryBudgetOptions | false;
  /** Refuses requests at once while most of them fail; `true` for the defaults. @default false */
  breaker?: BreakerOptions | boolean;
  /** Sends an idempotent request to a second member when the first has not answered after this time; false for never. @default false */
  hedge?: Duration | false;
  /** A clock in milliseconds that never goes back. @default performance.now */
  now?: () => number;
  /** Numbers from 0 to below 1. @default Math.random */
  random?: () => number;
}

/** {@link ClusterOptions} with defaults filled in and values checked. */
export interface ResolvedClusterOptions {
  readonly policy: PolicyName;
  readonly maxInFlight: number;
  readonly maxQueue: number;
  readonly queueTimeout: number;
  readonly health: ResolvedHealth;
  readonly slowStart: number;
  readonly outlier: ResolvedOutlier | undefined;
  readonly probe: ResolvedProbe | undefined;
  readonly retryBudget: ResolvedRetryBudget;
  readonly breaker: ResolvedBreaker | undefined;
  readonly hedge: number | undefined;
  readonly now: () => number;
  readonly random: () => number;
}

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION naming the option. */
export const resolveClusterOptions = (options: ClusterOptions = {}): ResolvedClusterOptions => {
  refuseUnknown("a cluster", options, clusterOptionNames);
  const { maxInFlight = Infinity, hedge = false } = options;
  return {
    policy: checkedPolicy(options.policy ?? "leastInFlight"),
    maxInFlight: maxInFlight === Infinity ? Infinity : wholeNumber("maxInFlight", maxInFlight, 1),
    maxQueue: wholeNumber("maxQueue", options.maxQueue ?? 1_000, 0),
    queueTimeout: waitingTime(options.queueTimeout ?? "10s", "queueTimeout"),
    health: resolveHealth(options.health),
    slowStart: duration(options.slowStart ?? "10s", "slowStart"),
    outlier: resolveOutlier(options.outlier),
    probe: resolveProbe(options.probe),
    retryBudget: resolveRetryBudget(options.retryBudget),
    breaker: resolveBreaker(options.breaker),
    hedge: hedge === false ? undefined : waitingTime(hedge, "hedge"),
    now: callable("now", options.now) ?? monotonic,
    random: callable("random", options.random) ?? Math.random,
  };
};

/** Every option of a cluster. */
export const clusterOptionNames: Readonly<Record<keyof ClusterOptions, true>> = {
  policy: true,
  maxInFlight: true,
  maxQueue: true,
  queueTimeout: true,
  health: true,
  slowStart: true,
  outlier: true,
  probe: true,
  retryBudget: true,
  breaker: true,
  hedge: true,
  now: true,
  random: true,
};

const monotonic = (): number => performance.now();

const callable = (what: string, value: (() => number) | undefined): (() => number) | undefined => {
  if (value === undefined || typeof value === "function") return value;
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value, hint: "Use a function that returns a number." });
};
