import { ReactorError, reasonOf } from "../errors.ts";

/** What can go wrong with a log while the engine runs. */
export type Trouble = "write" | "lose" | "rename" | "reopen";

/**
 * Tells what is wrong with one log, each kind once until it is over: a full disk must neither end the process nor fill another log.
 */
export class Troubles {
  readonly #file: string;
  readonly #report: (message: string) => void;
  readonly #told = new Set<Trouble>();

  constructor(file: string, report: (message: string) => void) {
    this.#file = file;
    this.#report = report;
  }

  begin(kind: Trouble, error: unknown): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#report(logFailure(this.#file, error).message);
  }

  /** @returns whether there was such a trouble. */
  end(kind: Trouble): boolean {
    return this.#told.delete(kind);
  }
}

export const logFailure = (file: string, error: unknown): ReactorError =>
  new ReactorError("SKITAI_REACTOR_LOG_FAILED", { file, reason: reasonOf(error) }, { cause: error });
