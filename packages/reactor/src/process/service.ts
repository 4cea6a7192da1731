import type { Duration } from "../units.ts";
import type { BoundAddress } from "./served-engine.ts";

/** A service that runs: what `run()` gives. */
export interface Service extends AsyncDisposable {
  /** What this process is in it: the master of workers, one of them, or all there is. */
  readonly role: "master" | "worker" | "single";
  /** Where it listens, in the order of the `listen` option. */
  readonly addresses: readonly BoundAddress[];
  /**
   * Master: puts a new worker in the place of each, one after the other, without losing a request. Worker: asks the master for a new one
   * in its place. Single: ends the process with exit code 3.
   *
   * @throws SKITAI_REACTOR_START_FAILED when a new worker cannot serve; the one before goes on.
   */
  restart(): Promise<void>;
  /**
   * Ends the service: no new connections, requests under way are answered until the deadline. In a worker, ends that worker alone,
   * and its process with it. Idempotent.
   *
   * @param options `timeout` until what is left is killed. Default `gracefulTimeout` of the run options.
   */
  close(options?: { timeout?: Duration }): Promise<void>;
}
