import { messageRows, tagWord } from "./escape.ts";
import type { LogConsole } from "./log-console.ts";
import type { LogFile } from "./log-file.ts";
import type { Log } from "./logger.ts";
import type { Timestamp } from "./timestamp.ts";

/** Where the lines of a log go, and what tells their time. */
export interface LogTarget {
  readonly file: LogFile | undefined;
  readonly console: LogConsole | undefined;
  readonly now: () => number;
  readonly timestamp: Timestamp;
}

/** A log of {@link Loggers}. */
export class NamedLog implements Log {
  readonly name: string;
  readonly #target: LogTarget;

  constructor(name: string, target: LogTarget) {
    this.name = name;
    this.#target = target;
  }

  /** An empty type leaves the tag out. */
  log(message: string, type = "info", ident = ""): void {
    const tag = type === "" ? "" : `[${tagWord(type)}${ident === "" ? "" : `:${tagWord(ident)}`}] `;
    this.write(`${this.#target.timestamp(this.#target.now())} ${tag}${messageRows(message)}\n`);
  }

  write(line: string): void {
    this.#target.file?.write(line);
    this.#target.console?.write(line);
  }
}
