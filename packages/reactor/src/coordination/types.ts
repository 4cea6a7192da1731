import type { Duration } from "../units.ts";

/** Ends a subscription: its listener is not called any more. */
export type Unsubscribe = () => void;

/** Gets what is published: JSON-like, one object for all listeners of a client, so that it is not to be changed. */
export type CoordinatorListener = (message: unknown) => unknown;

/**
 * What several processes that serve together share: messages, times of updates, leases and counters.
 *
 * Made for state that is small and soon told; it survives a worker, not the service. Every implementation behaves alike.
 *
 * @example
 * const unsubscribe = await coordinator.subscribe("purge", ({ tag }) => cache.purge(tag));
 * await coordinator.publish("purge", { tag: "users" });
 */
export interface Coordinator extends AsyncDisposable {
  /** When keys were last updated. */
  readonly updates: UpdateTable;
  /**
   * Sends a message to every subscriber of a channel in every client, this one included, exactly once and in the order of these calls.
   * Resolves when it is on its way to all of them.
   *
   * @param message JSON-like: what `JSON.stringify` leaves out does not arrive.
   * @throws SKITAI_REACTOR_BAD_MESSAGE, SKITAI_REACTOR_COORDINATOR_CLOSED
   */
  publish(channel: string, message: unknown): Promise<void>;
  /**
   * Has a listener called for each message of a channel that is published after this resolves. What a listener throws stops nobody else.
   *
   * @throws SKITAI_REACTOR_COORDINATOR_CLOSED
   */
  subscribe(channel: string, listener: CoordinatorListener): Promise<Unsubscribe>;
  /**
   * Takes a lease, unless somebody holds it: at most one client does at any time.
   *
   * @param ttl how long it is held, unless it is renewed. It ends sooner with the process of its holder, where that can be seen.
   * @returns undefined while somebody holds it, be it this client.
   * @throws SKITAI_REACTOR_BAD_DURATION, SKITAI_REACTOR_COORDINATOR_CLOSED
   */
  lease(name: string, ttl: Duration): Promise<Lease | undefined>;
  /** A number that all clients add to. It begins with 0. */
  counter(name: string): Counter;
  /** Ends this client: subscriptions and leases too. What waits is rejected with SKITAI_REACTOR_COORDINATOR_CLOSED. Idempotent. */
  close(): Promise<void>;
}

/**
 * When keys were last updated, in milliseconds since the epoch. Each client that wants it has a copy, so that reading waits for nobody.
 *
 * @example
 * await coordinator.updates.load();
 * await coordinator.updates.set("tables.users");
 * coordinator.updates.get("tables.users", "tables.photos"); // 1795204800000
 */
export interface UpdateTable {
  /** Fetches the copy, and has it kept up to date from then on. @throws SKITAI_REACTOR_COORDINATOR_CLOSED */
  load(): Promise<void>;
  /**
   * The newest time of these keys, as this client knows them. A key that was never set counts as set when the service began, which is the
   * same moment in all clients. Before {@link load} everything counts as set just now.
   */
  get(...keys: readonly string[]): number;
  /**
   * Sets the time of a key, here at once. A key's time never goes back: an older one changes nothing.
   * Resolves with the time that holds, when every living client with a copy has it. One that does not confirm it within a second is not
   * waited for any longer.
   *
   * @param time default: now, or 1 ms after the time before where the clock has not gone on since.
   * @throws SKITAI_REACTOR_COORDINATOR_CLOSED
   */
  set(key: string, time?: number): Promise<number>;
}

/** The right to do something alone, for a time. Releases itself with `await using`. */
export interface Lease extends AsyncDisposable {
  readonly name: string;
  /** Aborted when the lease is not held any more: it was released, it runs out (up to 50 ms before that), or the client was closed. */
  readonly signal: AbortSignal;
  /**
   * Holds it for so long from now on.
   *
   * @param ttl default: as when it was taken.
   * @returns false when it was lost before; then {@link signal} is aborted.
   */
  renew(ttl?: Duration): Promise<boolean>;
  /** Gives it back; nothing happens where it is not held any more. */
  release(): Promise<void>;
}

/** A number that all clients add to. */
export interface Counter {
  /**
   * Adds a number, and gives the sum. `add(0)` only reads.
   *
   * @param window how long after the first addition the sum begins again with 0. Without one it never does.
   * @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION, SKITAI_REACTOR_COORDINATOR_CLOSED
   * @example if ((await coordinator.counter(`login ${address}`).add(1, "1m")).value > 10) throw new HttpError(429, "Wait a minute.");
   */
  add(n?: number, window?: Duration): Promise<Count>;
  /** Begins again with 0. */
  reset(): Promise<void>;
}

/** What a counter shows. */
export interface Count {
  readonly value: number;
  /** Milliseconds until it begins again with 0; `Infinity` without a window. */
  readonly left: number;
}
