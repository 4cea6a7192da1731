import { reasonOf } from "../errors.ts";

/** What the exit code of a service says to whoever started it. */
export const exitCodes = {
  /** It was told to stop. */
  stopped: 0,
  /** It could not start, or cannot go on. */
  failed: 1,
  /** It wants to be started again: a single process was told to restart. */
  restart: 3,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/**
 * Ends the process after a failure to start, with one line on standard error.
 *
 * @example await run(engine, options).catch(exitFailed);
 */
export const exitFailed = (error: unknown): never => {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(exitCodes.failed);
};
