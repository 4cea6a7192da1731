import type { BalanceOptions } from "./balance.ts";
import type { Cluster } from "./cluster.ts";
import type { Lease, Outcome } from "./lease.ts";
import type { ClusterMember } from "./tracked-member.ts";
import { isTransportFailure } from "./transport-failure.ts";
import { MemberTry, type Try } from "./try.ts";

export interface Answered<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Unanswered {
  readonly ok: false;
  readonly member: ClusterMember;
  readonly error: unknown;
  /** Whether another member may be asked. */
  readonly mayRepeat: boolean;
}

/** A request that two members work on. */
export interface Rivalry {
  /** Aborts when another member has answered. */
  readonly signal: AbortSignal;
  /** What becomes of the attempt's lease then. */
  outcome: Outcome;
}

/** The way of one request through the members of a cluster. It asks each member once at most. */
export class Course<T> {
  readonly #cluster: Cluster;
  readonly #attempt: (tried: Try) => Promise<T> | T;
  readonly #options: BalanceOptions<T>;
  #asked: Set<ClusterMember> | undefined;
  #number = 0;

  constructor(cluster: Cluster, attempt: (tried: Try) => Promise<T> | T, options: BalanceOptions<T>) {
    this.#cluster = cluster;
    this.#attempt = attempt;
    this.#options = options;
  }

  /** A member that was not asked yet. @param atOnce fail rather than wait for room */
  next(atOnce = false): Lease | Promise<Lease> {
    const { signal, key } = this.#options;
    return this.#cluster.acquire({ exclude: this.#asked, signal, key, atOnce });
  }

  /** The next member after a failure. @throws the failure, when there is none, or too much is repeated */
  async another(failure: Unanswered): Promise<Lease> {
    if (!failure.mayRepeat || !this.grantsAnother()) throw failure.error;
    let lease: Lease;
    try {
      lease = await this.next();
    } catch (error) {
      throw this.#options.signal?.aborted ? error : failure.error;
    }
    this.#cluster.switched(failure.member, failure.error);
    return lease;
  }

  /** Whether a member is left and the budget allows to ask it; counts that against the budget. */
  grantsAnother(): boolean {
    return this.#cluster.all().some((member) => !this.#asked?.has(member)) && this.#cluster.budget.withdraw();
  }

  /** No other attempt of this request goes to the member. */
  exclude(member: ClusterMember): void {
    (this.#asked ??= new Set()).add(member);
  }

  /** Makes one attempt. Never rejects. */
  async send(lease: Lease, rivalry?: Rivalry): Promise<Answered<T> | Unanswered> {
    const { signal } = this.#options;
    const { member } = lease;
    const ending = rivalry && signal ? AbortSignal.any([rivalry.signal, signal]) : (rivalry?.signal ?? signal);
    const tried = new MemberTry(member, this.#number++, ending);
    const startedAt = performance.now();
    try {
      const value = await this.#attempt(tried);
      if (tried.end === undefined) lease.release("ok", performance.now() - startedAt);
      else void this.#release(lease, tried.end, startedAt);
      return { ok: true, value };
    } catch (error) {
      const blame = rivalry?.signal.aborted !== true && this.blame(error);
      lease.release(rivalry?.signal.aborted ? rivalry.outcome : outcomeOf(blame));
      this.exclude(member);
      return { ok: false, member, error, mayRepeat: this.#mayRepeat(tried, error, blame !== false) };
    }
  }

  /** Whether an error is the member's, not the caller's, and how much of it. */
  blame(error: unknown): boolean | "slow" {
    const { signal, failed } = this.#options;
    // A caller that turns away says nothing about the member; one whose time is up may, if it says so.
    if (signal?.aborted && (signal.reason as Partial<Error> | undefined)?.name !== "TimeoutError") return false;
    return failed ? failed(error) : !signal?.aborted && isTransportFailure(error);
  }

  async #release(lease: Lease, end: Promise<unknown>, startedAt: number): Promise<void> {
    try {
      await end;
      lease.release("ok", performance.now() - startedAt);
    } catch (error) {
      lease.release(outcomeOf(this.blame(error)));
    }
  }

  #mayRepeat(tried: Try, error: unknown, counts: boolean): boolean {
    const { signal, idempotent, retry } = this.#options;
    return !signal?.aborted && (idempotent || !tried.sent) && (retry ? retry(error) : counts);
  }
}

const outcomeOf = (blame: boolean | "slow"): Outcome => {
  if (blame === "slow") return "slow";
  return blame ? "failed" : "neutral";
};
