import { refuseUnknown } from "../internal/check-options.ts";
import { waitingTime, type Duration } from "../units.ts";

/** How fast processes that died are started again. */
export interface RespawnOptions {
  /** The wait before the second start in a row; it doubles with each further one. The first start is at once. @default "100ms" */
  delay?: Duration;
  /** The longest wait. @default "30s" */
  maxDelay?: Duration;
  /** A process that lived this long starts a new row when it dies. @default "10s" */
  stableAfter?: Duration;
}

/** {@link RespawnOptions} in milliseconds. */
export interface ResolvedRespawn {
  readonly delay: number;
  readonly maxDelay: number;
  readonly stableAfter: number;
}

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION */
export const resolveRespawn = (options: RespawnOptions = {}): ResolvedRespawn => {
  refuseUnknown("respawn", options, { delay: true, maxDelay: true, stableAfter: true });
  return {
    delay: waitingTime(options.delay ?? "100ms", "respawn.delay"),
    maxDelay: waitingTime(options.maxDelay ?? "30s", "respawn.maxDelay"),
    stableAfter: waitingTime(options.stableAfter ?? "10s", "respawn.stableAfter"),
  };
};

/**
 * The waits between the starts of one process that keeps dying.
 *
 * @example
 * const backoff = new Backoff(resolveRespawn());
 * [backoff.next(0), backoff.next(0), backoff.next(0)] // [0, 100, 200]
 */
export class Backoff {
  readonly #options: ResolvedRespawn;
  #deaths = 0;

  constructor(options: ResolvedRespawn) {
    this.#options = options;
  }

  /** Milliseconds to wait, after a life of so many milliseconds. */
  next(lived: number): number {
    const { delay, maxDelay, stableAfter } = this.#options;
    if (lived >= stableAfter) this.#deaths = 0;
    const deaths = this.#deaths++;
    return deaths === 0 ? 0 : Math.min(maxDelay, delay * 2 ** (deaths - 1));
  }
}
