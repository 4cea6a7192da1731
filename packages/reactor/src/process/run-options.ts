import { availableParallelism } from "node:os";
import { ReactorError } from "../errors.ts";
import type { ListenOptions } from "../http/listener.ts";
import { optional, refuseUnknown } from "../internal/check-options.ts";
import { waitingTime, type Duration } from "../units.ts";
import { resolveRespawn, type ResolvedRespawn, type RespawnOptions } from "./backoff.ts";
import { resolveCriticalPoint, type CriticalPointOptions, type ResolvedCriticalPoint } from "./critical-point.ts";

/** How a service runs. */
export interface RunOptions {
  /** Where and how to listen. @default [{}]: 127.0.0.1, port 5000 */
  listen?: readonly ListenOptions[];
  /** How many worker processes serve, at most 32 for each processor; 0 lets this process do it all. @default 1 */
  workers?: number;
  /** A file for this process's id, for as long as it runs. A second service with the same file does not start. @default none */
  pidFile?: string;
  /**
   * Each worker has a socket of its own on each port (SO_REUSEPORT, Linux), and the kernel spreads connections over them. Short connections
   * cost less, but those that wait in the queue of a worker that ends are reset, and without a worker they are refused. @default false:
   * the master accepts, and hands each connection to the worker with the fewest
   */
  reusePort?: boolean;
  /** From where on a worker is replaced because of its load. @default never */
  criticalPoint?: CriticalPointOptions;
  /** Until what is left is killed, after QUIT and when workers are replaced. @default "30s" */
  gracefulTimeout?: Duration;
  /** Until what is left is killed, after TERM and INT. @default "1s" */
  stopTimeout?: Duration;
  /** Until a worker that is not ready to serve is killed. @default "30s" */
  readyTimeout?: Duration;
  /**
   * Replace workers when a file changes: true for everything below the script's directory and what apps ask for, false for never.
   * @default what apps ask for
   */
  useReloader?: boolean;
  /** How fast workers and helpers that died are started again. */
  respawn?: RespawnOptions;
}

/** {@link RunOptions} with defaults filled in, durations in milliseconds. */
export interface ResolvedRunOptions {
  readonly listen: readonly ListenOptions[];
  readonly workers: number;
  readonly pidFile: string | undefined;
  readonly reusePort: boolean;
  readonly criticalPoint: ResolvedCriticalPoint | undefined;
  readonly gracefulTimeout: number;
  readonly stopTimeout: number;
  readonly readyTimeout: number;
  readonly useReloader: boolean | undefined;
  readonly respawn: ResolvedRespawn;
}

/** More workers than this for each processor are a slip of the keyboard that would bring the machine down. */
const mostPerCore = 32;

const runOptionNames: Readonly<Record<keyof Required<RunOptions>, true>> = {
  listen: true,
  workers: true,
  pidFile: true,
  reusePort: true,
  criticalPoint: true,
  gracefulTimeout: true,
  stopTimeout: true,
  readyTimeout: true,
  useReloader: true,
  respawn: true,
};

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION, SKITAI_REACTOR_BAD_SIZE naming the option. */
export const resolveRunOptions = (options: RunOptions): ResolvedRunOptions => {
  refuseUnknown("run()", options, runOptionNames);
  const workers = options.workers ?? 1;
  const most = mostPerCore * availableParallelism();
  if (!Number.isInteger(workers) || workers < 0 || workers > most) {
    throw badOption("workers", workers, `Use a whole number from 0 to ${most}; one for each of this machine's processors is usual.`);
  }
  const criticalPoint = resolveCriticalPoint(options.criticalPoint);
  if (workers === 0) {
    const hint = "It replaces workers, and with workers: 0 there are none.";
    if (options.useReloader === true) throw badOption("useReloader", true, hint);
    if (criticalPoint) throw badOption("criticalPoint", "set", hint);
  }
  return {
    listen: options.listen ?? [{}],
    workers,
    pidFile: optional("pidFile", options.pidFile, "string"),
    reusePort: optional("reusePort", options.reusePort, "boolean") ?? false,
    criticalPoint,
    gracefulTimeout: waitingTime(options.gracefulTimeout ?? "30s", "gracefulTimeout"),
    stopTimeout: waitingTime(options.stopTimeout ?? "1s", "stopTimeout"),
    readyTimeout: waitingTime(options.readyTimeout ?? "30s", "readyTimeout"),
    useReloader: optional("useReloader", options.useReloader, "boolean"),
    respawn: resolveRespawn(options.respawn),
  };
};

const badOption = (what: string, value: unknown, hint: string): ReactorError =>
  new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value, hint });
