import { Breaker } from "./breaker.ts";
import { clusterBusy, clusterClosed, clusterOpen, noMember } from "./cluster-errors.ts";
import type { ResolvedClusterOptions } from "./cluster-options.ts";
import { MemberLease, type Lease, type Outcome, type ReleaseLease } from "./lease.ts";
import { countOutlier } from "./outlier.ts";
import { countFailure } from "./passive-health.ts";
import { makePolicy } from "./policy/policies.ts";
import type { MemberChoice, Policy } from "./policy/policy.ts";
import type { Roster } from "./roster.ts";
import type { TrackedMember } from "./tracked-member.ts";
import { WaitQueue, type Waiter } from "./wait-queue.ts";

/** What restricts a choice, and how long it may take. */
export interface AcquireOptions extends MemberChoice {
  /** Ends the wait for a member. */
  readonly signal?: AbortSignal | undefined;
  /** Fail rather than wait when no member has room. @default false */
  readonly atOnce?: boolean | undefined;
}

export interface LeaseDeskParts {
  readonly name: string;
  readonly options: ResolvedClusterOptions;
  readonly roster: Roster;
}

const anything: AcquireOptions = {};
/** How much the newest request counts in a member's latency. */
const smoothing = 0.1;

/** Hands out the leases of a cluster, takes them back and learns from how they ended. */
export class LeaseDesk {
  readonly breaker: Breaker | undefined;
  readonly #name: string;
  readonly #options: ResolvedClusterOptions;
  readonly #roster: Roster;
  readonly #policy: Policy;
  readonly #queue: WaitQueue;
  #leases = 0;
  #isClosed = false;

  constructor({ name, options, roster }: LeaseDeskParts) {
    this.#name = name;
    this.#options = options;
    this.#roster = roster;
    this.#policy = makePolicy(options.policy, options.random);
    this.breaker = options.breaker && new Breaker(options.breaker, options.now);
    this.#queue = new WaitQueue(options.queueTimeout, () => clusterBusy(name, `none had room for ${options.queueTimeout} ms`));
  }

  /** How many leases there have been. */
  get leases(): number {
    return this.#leases;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  acquire(options: AcquireOptions = anything): Lease | Promise<Lease> {
    this.#admit(options.signal);
    const candidates = this.#roster.candidates();
    // A member may have come back meanwhile: those who wait go first.
    this.#serve();
    const member = this.#policy.choose(candidates, options);
    if (member) return this.#grant(member);
    if (candidates.length === 0) throw noMember(this.#name, "all of them are switched off");
    if (options.exclude && candidates.every((candidate) => options.exclude?.has(candidate)))
      throw noMember(this.#name, "all of them were tried");
    if (options.atOnce) throw clusterBusy(this.#name, "none has room");
    return this.#wait({ exclude: options.exclude, key: options.key, only: undefined }, options.signal);
  }

  lease(member: TrackedMember, signal: AbortSignal | undefined): Lease | Promise<Lease> {
    this.#admit(signal);
    if (member.inFlight < member.limit) return this.#grant(member);
    return this.#wait({ only: member }, signal);
  }

  /**
   * Draws conclusions about a member.
   *
   * @param order the number of the lease that tells; undefined for news from elsewhere.
   */
  judge(member: TrackedMember, ok: boolean, order?: number): void {
    const { health, outlier, now } = this.#options;
    let changed = false;
    if (!ok) changed = countFailure(member, health, now(), order, this.#leases);
    else {
      member.slowInRow = 0;
      if (member.failuresInRow > 0) {
        member.failuresInRow = 0;
        changed = member.downUntil > 0;
        member.downUntil = 0;
      }
    }
    if (outlier && countOutlier(member, this.#roster.members, outlier, ok, now())) changed = true;
    if (changed) this.settle();
  }

  /** To be called after members were changed. */
  settle(): void {
    this.#roster.settle();
    this.#serve();
  }

  /** Nobody waits for this member any longer. */
  withdraw(member: TrackedMember): void {
    this.#queue.sendAway(({ only }) => (only === member ? noMember(this.#name, `${member.address} was taken out`) : undefined));
  }

  close(): void {
    this.#isClosed = true;
    this.#queue.sendAway(() => clusterClosed(this.#name));
  }

  #admit(signal: AbortSignal | undefined): void {
    if (this.#isClosed) throw clusterClosed(this.#name);
    signal?.throwIfAborted();
    if (this.breaker && !this.breaker.admits) throw clusterOpen(this.#name, this.breaker.remaining);
  }

  #grant(member: TrackedMember): MemberLease {
    member.inFlight++;
    return new MemberLease(member, ++this.#leases, this.breaker?.begin() ?? false, this.#release);
  }

  #wait(waiter: Waiter, signal: AbortSignal | undefined): Promise<Lease> {
    const { maxQueue } = this.#options;
    if (this.#queue.size >= maxQueue) throw clusterBusy(this.#name, `none has room, and ${maxQueue} requests wait already`);
    return this.#queue.push(waiter, signal);
  }

  /** What an outcome says about the member; undefined for nothing. */
  #verdict(member: TrackedMember, outcome: Outcome): boolean | undefined {
    if (outcome !== "slow") return outcome === "neutral" ? undefined : outcome === "ok";
    if (++member.slowInRow < this.#options.health.slow) return undefined;
    member.slowInRow = 0;
    return false;
  }

  #serve(): void {
    if (this.#queue.size === 0) return;
    const candidates = this.#roster.candidates();
    this.#queue.serve((waiter) => {
      const { only } = waiter;
      const member = only === undefined ? this.#policy.choose(candidates, waiter) : only.inFlight < only.limit ? only : undefined;
      return member && this.#grant(member);
    });
  }

  readonly #release: ReleaseLease = (lease, outcome, elapsed) => {
    const { member } = lease;
    member.inFlight--;
    member.requests++;
    if (outcome === "failed") member.failures++;
    if (elapsed !== undefined)
      member.latency = member.latency === undefined ? elapsed : member.latency + (elapsed - member.latency) * smoothing;
    const ok = this.#verdict(member, outcome);
    if (ok !== undefined) this.judge(member, ok, lease.order);
    if (this.breaker?.end(ok, lease.onTrial)) this.#queue.sendAway(() => clusterOpen(this.#name, this.breaker!.remaining));
    this.#serve();
    if (member.inFlight === 0) member.emptied?.();
  };
}
