import type { BoundAddress } from "./served-engine.ts";

/** What of a service differs between one process and a master with workers. */
export interface ServiceBody {
  readonly role: "master" | "single";
  /** Opens every port and serves. On failure what was opened stays for {@link close}. */
  open(): Promise<readonly BoundAddress[]>;
  /** Ends serving, at the latest after so many milliseconds. A later call can shorten the time. */
  close(timeout: number): Promise<void>;
  /** Replaces what serves without a gap. Absent where only the process as a whole can be started again. */
  restart?(): Promise<void>;
  /** Log files were renamed. */
  logsRotated?(): void;
  /** Ends other processes at once. */
  kill?(): void;
}
