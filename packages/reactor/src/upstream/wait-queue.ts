import type { Lease } from "./lease.ts";
import type { MemberChoice } from "./policy/policy.ts";
import type { TrackedMember } from "./tracked-member.ts";

/** A request that waits for a member to have room. */
export interface Waiter extends MemberChoice {
  /** The one member that will do; undefined when any will. */
  readonly only: TrackedMember | undefined;
}

interface Waiting extends Waiter {
  readonly resolve: (lease: Lease) => void;
  readonly reject: (reason: unknown) => void;
}

/** Requests in the order of their coming, until they are served, give up or run out of time. */
export class WaitQueue {
  readonly #timeout: number;
  readonly #late: () => unknown;
  readonly #waiting = new Set<Waiting>();

  /** @param timeout milliseconds that each may wait; then it is rejected with what `late` makes. */
  constructor(timeout: number, late: () => unknown) {
    this.#timeout = timeout;
    this.#late = late;
  }

  get size(): number {
    return this.#waiting.size;
  }

  push(waiter: Waiter, signal: AbortSignal | undefined): Promise<Lease> {
    const { promise, resolve, reject } = Promise.withResolvers<Lease>();
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#waiting.delete(waiting);
    };
    const waiting: Waiting = {
      exclude: waiter.exclude,
      key: waiter.key,
      only: waiter.only,
      resolve: (lease) => {
        leave();
        resolve(lease);
      },
      reject: (reason) => {
        leave();
        reject(reason);
      },
    };
    const abort = (): void => waiting.reject(signal?.reason);
    const timer = setTimeout(() => waiting.reject(this.#late()), this.#timeout);
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiting.add(waiting);
    return promise;
  }

  /** Offers room to the waiting, first come first served; those whom it does not suit are passed over. */
  serve(grant: (waiter: Waiter) => Lease | undefined): void {
    for (const waiting of this.#waiting) {
      const lease = grant(waiting);
      if (lease) waiting.resolve(lease);
      // Where one that takes any member finds none, nobody will.
      else if (waiting.only === undefined && waiting.exclude === undefined) return;
    }
  }

  /** Sends away all for whom there is a reason. */
  sendAway(reason: (waiter: Waiter) => unknown): void {
    for (const waiting of this.#waiting) {
      const why = reason(waiting);
      if (why !== undefined) waiting.reject(why);
    }
  }
}
