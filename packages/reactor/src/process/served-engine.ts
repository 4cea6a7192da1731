import type { Coordinator } from "../coordination/types.ts";
import type { HelperProcess } from "../engine/plugin.ts";
import type { Acceptor } from "../http/acceptor.ts";
import type { ListenOptions } from "../http/listener.ts";
import type { Logger } from "../log/logger.ts";

/** What the process model needs of an engine. `Engine` has it all. */
export interface ServedEngine {
  readonly name: string;
  readonly wac: { readonly logger: Logger };
  readonly logs: {
    /** Renames the files and goes on in new ones. */
    rotate(): Promise<void>;
    /** Goes on in new files, after another process renamed these. */
    reopen(): void;
  };
  /** Processes to keep alive beside the workers. Complete after {@link prepare}. */
  readonly helpers: readonly HelperProcess[];
  /** Files and directories whose change makes new workers. Complete after {@link listen}. */
  readonly watchPaths: readonly string[];
  /** Gives it what connects the processes of its service. Before {@link prepare}. */
  coordinate(coordinator: Coordinator): void;
  /** This process takes the place of a worker that served before. */
  takeOver(): void;
  /** Checks everything that can be checked without loading an app. */
  prepare(): Promise<void>;
  /** Checks what {@link listen} would open. */
  check(options: ListenOptions): void;
  listen(options: ListenOptions, acceptor?: Acceptor): Promise<BoundAddress>;
  close(options: { timeout: number }): Promise<void>;
  on(event: "restart" | "shutdown" | "rotated" | "draining", listener: () => void): unknown;
}

/** Writes a line into the server's log. */
export type ServerLog = (message: string, type?: string) => void;

/** An address that is listened on. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
}
