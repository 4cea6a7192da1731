import { waitingTime, type Duration } from "../units.ts";
import { isClusterError } from "./cluster-errors.ts";
import type { Cluster } from "./cluster.ts";
import { Course } from "./course.ts";
import { hedged } from "./hedge.ts";
import type { Try } from "./try.ts";

export interface BalanceOptions<T> {
  /** Whether the request may reach two members without harm, as GET may and POST may not (RFC 9110, section 9.2.2). */
  idempotent: boolean;
  /** Ends the request. */
  signal?: AbortSignal | undefined;
  /** What the policy `hash` goes by. */
  key?: string | undefined;
  /**
   * Whether an error is the member's fault: it counts against the member, and another one is asked. `"slow"` counts less: only several in a
   * row, as `health.slow` says, are a failure. An abort by `signal` never counts, unless its reason is a TimeoutError and this says so.
   * @default {@link isTransportFailure}
   */
  failed?: ((error: unknown) => boolean | "slow") | undefined;
  /** Whether another member is asked after an error, where that differs from `failed`: after a "try later", for example. @default `failed` */
  retry?: ((error: unknown) => boolean) | undefined;
  /** As the option of the cluster, for this request. It holds for idempotent requests alone. @default the cluster's */
  hedge?: Duration | false | undefined;
  /** Answers instead, when no member may be asked or the last one failed. */
  fallback?: ((error: unknown) => T | Promise<T>) | undefined;
}

/**
 * Sends a request to a member of a cluster and, when that fails, to another one: an idempotent request always, any other while nothing of
 * it was sent. Each member is asked once at most, and the cluster's budget limits how much is repeated.
 *
 * @param attempt sends the request to `tried.member`, and rejects when there is no answer.
 * @throws what the last attempt rejected with, or what {@link Cluster.acquire} throws when there was none
 * @example
 * const text = await balance(cluster, async ({ member, signal }) => {
 *   const response = await fetch(`http://${member.address}/`, { signal });
 *   return response.text();
 * }, { idempotent: true });
 */
export const balance = async <T>(cluster: Cluster, attempt: (tried: Try) => Promise<T> | T, options: BalanceOptions<T>): Promise<T> => {
  const course = new Course(cluster, attempt, options);
  const after = options.idempotent ? hedgeDelay(cluster, options.hedge) : undefined;
  cluster.budget.deposit();
  try {
    return await (after === undefined ? inTurn(course) : hedged(course, after));
  } catch (error) {
    const { fallback, signal } = options;
    if (!fallback || signal?.aborted || !(isClusterError(error) || course.blame(error) !== false)) throw error;
    return fallback(error);
  }
};

const inTurn = async <T>(course: Course<T>): Promise<T> => {
  const first = course.next();
  let lease = first instanceof Promise ? await first : first;
  for (;;) {
    const end = await course.send(lease);
    if (end.ok) return end.value;
    lease = await course.another(end);
  }
};

const hedgeDelay = (cluster: Cluster, hedge: Duration | false | undefined): number | undefined => {
  if (hedge === undefined) return cluster.hedgeAfter;
  return hedge === false ? undefined : waitingTime(hedge, "hedge");
};
