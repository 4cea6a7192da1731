import { ReactorError, reasonOf } from "../errors.ts";
import { describeError } from "../log/traceback.ts";

/** A worker could not start, as its master knows it. Its code is SKITAI_REACTOR_START_FAILED. */
export class StartFailure extends ReactorError {
  /** The error underneath in several rows, for a log; empty when the message says it all. */
  readonly details: string;

  constructor(reason: string, details = "") {
    super("SKITAI_REACTOR_START_FAILED", { reason });
    this.details = details;
  }
}

/** The error at the bottom of a chain of causes in several rows; empty for errors of this package, whose message says it all. */
export const rootDetails = (error: unknown): string => {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return root instanceof ReactorError ? "" : describeError(root);
};

/** An error for a log: its message, and in further rows what is underneath. */
export const explain = (error: unknown): string =>
  error instanceof StartFailure && error.details !== "" ? `${error.message}\n${error.details}` : reasonOf(error);
