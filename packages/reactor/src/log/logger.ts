/** One log: lines with a timestamp, in a file or on the console. */
export interface Log {
  readonly name: string;
  /** Writes `YYYY.MM.DD HH:MM:SS [type:ident] message`. Rows after the first are indented by two blanks. */
  log(message: string, type?: string, ident?: string): void;
  /** Writes a finished line, timestamp and line end included. */
  write(line: string): void;
}

export type RotationPeriod = "daily" | "weekly" | "monthly";

/** The logs of one engine. */
export interface Logger {
  /** The log of that name; `server`, `app` and `request` always exist. An unknown name gives the app log. */
  get(name: string): Log;
  /** @throws SKITAI_REACTOR_LOGGER_EXISTS */
  makeLogger(name: string, period?: RotationPeriod): Log;
}
