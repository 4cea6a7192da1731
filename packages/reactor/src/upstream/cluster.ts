import { EventEmitter } from "node:events";
import { ReactorError } from "../errors.ts";
import { waitingTime, type Duration } from "../units.ts";
import type { Alias } from "./alias.ts";
import { clusterClosed, noMember } from "./cluster-errors.ts";
import { resolveClusterOptions, type ClusterOptions, type ResolvedClusterOptions } from "./cluster-options.ts";
import { reportCluster, type ClusterStatus } from "./cluster-status.ts";
import { LeaseDesk, type AcquireOptions } from "./lease-desk.ts";
import type { Lease } from "./lease.ts";
import { parseMember, type UpstreamKind } from "./member.ts";
import { Prober } from "./prober.ts";
import { RetryBudget } from "./retry-budget.ts";
import { Roster } from "./roster.ts";
import { TrackedMember, type ClusterMember, type MemberState } from "./tracked-member.ts";

export interface ClusterEvents {
  /** A member is gone: nothing is under way there any more, or that took too long. Its connections can be closed. */
  removed: [member: ClusterMember];
  /** A request failed at this member and goes on at another. */
  switch: [member: ClusterMember, error: unknown];
  /** A member changed its state. */
  state: [member: ClusterMember, before: MemberState];
}

const drainTimeout = "30s";

/**
 * Servers that do the same work: it chooses one for each request, keeps away from those that fail, and limits what each has under way. It
 * speaks no protocol: its user sends the request to the member that it leases.
 *
 * @example
 * const cluster = new Cluster(parseAlias("@members", "http", ["10.0.0.1:5001 20", "10.0.0.2:5001 10"]));
 * const lease = await cluster.acquire();
 * lease.member.address; // "10.0.0.1:5001", two times out of three
 * lease.release("ok");
 */
export class Cluster implements AsyncDisposable {
  /** Without the leading `@`. */
  readonly name: string;
  readonly kind: UpstreamKind;
  /** Whether TLS is spoken to the members. */
  readonly ssl: boolean;
  /** How many requests may be repeated; {@link balance} asks it. */
  readonly budget: RetryBudget;
  readonly #options: ResolvedClusterOptions;
  readonly #roster: Roster;
  readonly #desk: LeaseDesk;
  readonly #prober: Prober | undefined;
  readonly #events = new EventEmitter<ClusterEvents>().setMaxListeners(0);
  #isStarted = false;
  #closed: Promise<void> | undefined;

  /**
   * @param options go before those of the alias, one by one.
   * @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION
   */
  constructor(alias: Alias, options: ClusterOptions = {}) {
    const resolved = resolveClusterOptions({ ...alias.cluster, ...options });
    const { now, slowStart, maxInFlight, probe } = resolved;
    this.name = alias.name;
    this.kind = alias.kind;
    this.ssl = alias.ssl;
    this.#options = resolved;
    this.budget = new RetryBudget(resolved.retryBudget, now);
    const members = alias.members.map((member) => new TrackedMember(member, alias.kind, maxInFlight));
    const changed = (member: ClusterMember, before: MemberState): void => this.#tell("state", member, before);
    this.#roster = new Roster(members, { now, slowStart, changed });
    this.#desk = new LeaseDesk({ name: alias.name, options: resolved, roster: this.#roster });
    this.#prober = probe && new Prober(probe, { members: () => this.#roster.members, changed: () => this.#desk.settle() });
  }

  get members(): readonly ClusterMember[] {
    return this.#roster.members;
  }

  /** Milliseconds after which {@link balance} asks a second member as well; undefined for never. */
  get hedgeAfter(): number | undefined {
    return this.#options.hedge;
  }

  /** Every member that is neither switched off nor draining, well or not: for requests that go to all. */
  all(): readonly ClusterMember[] {
    return this.#roster.usable;
  }

  on<Name extends keyof ClusterEvents>(event: Name, listener: (...args: ClusterEvents[Name]) => void): this {
    this.#events.on(event, listener as never);
    return this;
  }

  off<Name extends keyof ClusterEvents>(event: Name, listener: (...args: ClusterEvents[Name]) => void): this {
    this.#events.off(event, listener as never);
    return this;
  }

  /** Starts probing the members, where that is wanted. The first request does it too. */
  start(): this {
    this.#isStarted = true;
    if (!this.#closed) this.#prober?.start();
    return this;
  }

  /**
   * Leases a member for one request: at once when one has room, else as soon as one has.
   *
   * @throws SKITAI_REACTOR_NO_MEMBER, SKITAI_REACTOR_CLUSTER_BUSY, SKITAI_REACTOR_CLUSTER_OPEN, SKITAI_REACTOR_CLUSTER_CLOSED or the reason
   * of the signal; the promise of one that has to wait rejects with them
   */
  acquire(options?: AcquireOptions): Lease | Promise<Lease> {
    if (!this.#isStarted) this.start();
    return this.#desk.acquire(options);
  }

  /** Leases a given member, well or not: for requests that go to all. @throws what {@link acquire} throws */
  lease(member: ClusterMember, options: { signal?: AbortSignal | undefined } = {}): Lease | Promise<Lease> {
    if (!this.#isStarted) this.start();
    const own = this.#own(member);
    if (!own || own.isOff || own.isDraining) throw noMember(this.name, `${member.address} was taken out`);
    return this.#desk.lease(own, options.signal);
  }

  /**
   * Adds a member. One that is there already takes over the weight; with other credentials it takes the place of the old one, which drains.
   *
   * @throws SKITAI_REACTOR_BAD_ALIAS
   */
  add(text: string): ClusterMember {
    if (this.#closed) throw clusterClosed(this.name);
    const member = new TrackedMember(parseMember(text, this.kind, this.ssl), this.kind, this.#options.maxInFlight);
    const same = this.#present.find((other) => other.address === member.address && other.database === member.database);
    if (same && same.user === member.user && same.password === member.password) {
      same.weight = member.weight;
      this.#desk.settle();
      return same;
    }
    this.#roster.add(member);
    if (same) void this.#drain(same, waitingTime(drainTimeout));
    this.#desk.settle();
    return member;
  }

  /**
   * Takes a member out: it gets no more requests, and is gone when those under way have ended or time is up.
   *
   * @param address `host:port`, followed by `/database` where several have that in common; of SQLite, the path.
   * @param options `timeout` for the requests under way. Default `"30s"`.
   * @throws SKITAI_REACTOR_MEMBER_UNKNOWN
   */
  async remove(address: string, options: { timeout?: Duration } = {}): Promise<void> {
    const timeout = waitingTime(options.timeout ?? drainTimeout, "timeout");
    await this.#drain(this.#find(address), timeout);
  }

  /** Gives a member no more requests until it is switched on. @throws SKITAI_REACTOR_MEMBER_UNKNOWN */
  switchOff(address: string): void {
    const member = this.#find(address);
    member.isOff = true;
    this.#desk.withdraw(member);
    this.#desk.settle();
  }

  /** @throws SKITAI_REACTOR_MEMBER_UNKNOWN */
  switchOn(address: string): void {
    this.#find(address).isOff = false;
    this.#desk.settle();
  }

  /** Says how a member did, outside a lease: whether it could be reached and answered. */
  report(member: ClusterMember, ok: boolean): void {
    const own = this.#own(member);
    if (own) this.#desk.judge(own, ok);
  }

  /** Tells listeners that a request goes on at another member; {@link balance} does. */
  switched(member: ClusterMember, error: unknown): void {
    this.#tell("switch", member, error);
  }

  /** Figures without credentials. */
  status(): ClusterStatus {
    this.#roster.candidates();
    const { kind, ssl, budget } = this;
    const { breaker, waiting, leases: requests } = this.#desk;
    const { policy, now } = this.#options;
    return reportCluster({ kind, ssl, budget, policy, breaker, waiting, requests, members: this.#roster.members, now: now() });
  }

  /** Ends probing, sends away those who wait, and takes all members out. Leases that are out can still be released. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#desk.close();
    const stopped = this.#prober?.stop();
    for (const member of this.#roster.members) this.#drop(member);
    await stopped;
  }

  async #drain(member: TrackedMember, timeout: number): Promise<void> {
    member.isDraining = true;
    this.#desk.withdraw(member);
    this.#desk.settle();
    if (member.inFlight > 0) await emptied(member, timeout);
    this.#drop(member);
  }

  #drop(member: TrackedMember): void {
    if (!this.#roster.drop(member)) return;
    member.emptied?.();
    this.#tell("removed", member);
  }

  /** A listener that throws must not leave the cluster half changed, nor be taken for a member's failure. */
  #tell<Name extends keyof ClusterEvents>(event: Name, ...args: ClusterEvents[Name]): void {
    try {
      this.#events.emit(event, ...(args as never));
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  get #present(): readonly TrackedMember[] {
    return this.#roster.members.filter((member) => !member.isDraining);
  }

  #own(member: ClusterMember): TrackedMember | undefined {
    return member instanceof TrackedMember && this.#roster.members.includes(member) ? member : undefined;
  }

  #find(address: string): TrackedMember {
    const named = this.#present.filter((member) => member.address === address || `${member.address}/${member.database}` === address);
    if (named.length === 1) return named[0]!;
    const members = this.#present.map((member) => (named.includes(member) ? `${member.address}/${member.database ?? ""}` : member.address));
    throw new ReactorError("SKITAI_REACTOR_MEMBER_UNKNOWN", { name: this.name, value: address, members: members.join(", ") });
  }
}

/** Settles when nothing is under way at a member any more, or when time is up. */
const emptied = (member: TrackedMember, timeout: number): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeout);
  member.emptied = resolve;
  return promise.finally(() => {
    clearTimeout(timer);
    member.emptied = undefined;
  });
};
