import { join } from "node:path";
import type { Writable } from "node:stream";
import { ReactorError, reasonOf } from "../errors.ts";
import { LogConsole } from "./log-console.ts";
import { LogFile } from "./log-file.ts";
import type { Log, Logger, RotationPeriod } from "./logger.ts";
import { NamedLog } from "./named-log.ts";
import { makeTimestamp } from "./timestamp.ts";

/** How often it is looked whether a log is due for rotation, in milliseconds. */
const checkInterval = 1_000;

export interface LoggersOptions {
  /** The directory of the log files; it is created as needed. Without it every line goes to the console. */
  path?: string;
  /** Write to the console besides the files. @default false */
  verbose?: boolean;
  /** Bytes from which a file is renamed before its period is over. @default Infinity */
  maxSize?: number;
  /** How many renamed files of each log remain. @default 30 */
  keep?: number;
  /** Whether this process renames the files: true for a master and for a single process, false for a worker. */
  rotates: boolean;
  /** Called after files were renamed, for telling other processes to {@link Loggers.reopen}. */
  onRotated?: () => void;
  /** The console. @default process.stdout */
  console?: Writable;
  /** Told in one line what is wrong with a log, once per trouble. @default writes to standard error */
  onTrouble?: (message: string) => void;
  /** The clock, milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

/**
 * The logs of one engine in this process: `server` (a file per month), `app` and `request` (a file per day), and those that apps make.
 *
 * Lines are buffered for at most a quarter of a second and written in the background, whole lines at once, so that several processes can
 * append to the same files. {@link close} and a normal exit of the process write what is left. A log that cannot be written is reported
 * once and never ends the process.
 *
 * @example
 * const logs = new Loggers({ path: "/var/log/shop", rotates: true });
 * await logs.open();
 * logs.get("app").log("called"); // app.log: 2026.11.20 20:27:32 [info] called
 * await logs.close();
 */
export class Loggers implements Logger, AsyncDisposable {
  readonly #path: string | undefined;
  readonly #maxSize: number;
  readonly #keep: number;
  readonly #rotates: boolean;
  readonly #onRotated: (() => void) | undefined;
  readonly #report: (message: string) => void;
  readonly #now: () => number;
  readonly #timestamp = makeTimestamp();
  readonly #console: LogConsole | undefined;
  readonly #logs = new Map<string, NamedLog>();
  readonly #files: LogFile[] = [];
  readonly #app: NamedLog;
  #state: "new" | "open" | "closed" = "new";
  #timer: NodeJS.Timeout | undefined;
  #rotation: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Touches no file: lines wait in memory for {@link open}. @throws SKITAI_REACTOR_BAD_OPTION */
  constructor(options: LoggersOptions) {
    this.#path = options.path;
    this.#maxSize = atLeastOne("maxSize", options.maxSize ?? Infinity);
    this.#keep = atLeastOne("keep", options.keep ?? 30);
    this.#rotates = options.rotates;
    this.#onRotated = options.onRotated;
    this.#report = options.onTrouble ?? ((message) => void process.stderr.write(`${message}\n`));
    this.#now = options.now ?? Date.now;
    if (options.path === undefined || options.verbose === true) this.#console = new LogConsole(options.console, this.#report);
    this.#add("server", "monthly");
    this.#app = this.#add("app", "daily");
    this.#add("request", "daily");
  }

  /**
   * Opens the files. Files of an earlier period are renamed first, where this process does that.
   *
   * @throws SKITAI_REACTOR_LOG_FAILED when the directory or a file cannot be created or written.
   * @throws SKITAI_REACTOR_ALREADY_CLOSED
   */
  async open(): Promise<void> {
    if (this.#state === "closed") throw new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED");
    if (this.#state === "open") return;
    this.#state = "open";
    try {
      for (const file of this.#files) file.openSync(this.#now());
    } catch (error) {
      for (const file of this.#files) file.discard();
      await this.close();
      throw error;
    }
    this.#console?.open();
    if (this.#path !== undefined) process.on("exit", this.#flushSync);
    if (this.#rotates && this.#path !== undefined) await this.#keepChecking();
  }

  get(name: string): Log {
    return this.#logs.get(name) ?? this.#app;
  }

  /**
   * Adds a log with a file of its own, `<name>.log`. After {@link open} the file is opened at once.
   *
   * @param period how often it is renamed. @default "daily"
   * @throws SKITAI_REACTOR_LOGGER_EXISTS
   * @throws SKITAI_REACTOR_BAD_OPTION when the name cannot be a file's.
   * @throws SKITAI_REACTOR_LOG_FAILED when the file cannot be opened.
   */
  makeLogger(name: string, period: RotationPeriod = "daily"): Log {
    if (this.#logs.has(name)) throw new ReactorError("SKITAI_REACTOR_LOGGER_EXISTS", { name, value: name });
    if (!/^\w[\w.-]{0,63}$/.test(name)) {
      const hint = 'It becomes a file\'s name: use up to 64 letters, digits, "_", "-" and ".", and do not start with the latter two.';
      throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "A logger's name", value: name, hint });
    }
    return this.#add(name, period);
  }

  /** Renames what is due: files whose period is over or that are too large. A timer does this every second in the process that rotates. */
  check(): Promise<void> {
    return this.#rotate(this.#maxSize);
  }

  /** Renames all files now and goes on in new ones. In a process that does not rotate it is the same as {@link reopen}. */
  rotate(): Promise<void> {
    return this.#rotate(0);
  }

  /** Goes on in new files, after another process renamed these. Nothing is lost meanwhile. */
  reopen(): void {
    void this.#reopen();
  }

  /** Resolves when every line so far was written, or could not be. */
  async flush(): Promise<void> {
    await Promise.all([...this.#files.map((file) => file.flush()), this.#console?.flush()]);
  }

  /** Writes every line and closes the files; later lines go nowhere, except to a console. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    clearTimeout(this.#timer);
    await this.#rotation;
    await Promise.all([...this.#files.map((file) => file.close(this.#now())), this.#console?.close()]);
    process.off("exit", this.#flushSync);
  }

  #add(name: string, period: RotationPeriod): NamedLog {
    const isFiled = this.#path !== undefined && this.#state !== "closed";
    const file = isFiled ? new LogFile(join(this.#path, `${name}.log`), period, this.#report) : undefined;
    if (this.#state === "open") file?.openSync(this.#now());
    if (file) this.#files.push(file);
    const log = new NamedLog(name, { file, console: this.#console, now: this.#now, timestamp: this.#timestamp });
    this.#logs.set(name, log);
    return log;
  }

  /** Checks now and, a second after each check is done, again. */
  async #keepChecking(): Promise<void> {
    await this.check();
    if (this.#state === "open") this.#timer = setTimeout(() => void this.#keepChecking(), checkInterval).unref();
  }

  async #reopen(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.reopen()));
  }

  /** One rotation after the other. */
  #rotate(maxSize: number): Promise<void> {
    this.#rotation = this.#rotation.then(async () => {
      if (this.#state !== "open") return;
      if (!this.#rotates) return this.#reopen();
      let renamed = false;
      for (const file of this.#files) renamed = (await file.rotate({ now: this.#now(), maxSize, keep: this.#keep })) || renamed;
      if (renamed) this.#tell();
    });
    return this.#rotation;
  }

  #tell(): void {
    try {
      this.#onRotated?.();
    } catch (error) {
      this.#report(`onRotated failed: ${reasonOf(error)}`);
    }
  }

  readonly #flushSync = (): void => {
    for (const file of this.#files) file.flushSync();
  };
}

const atLeastOne = (what: string, value: number): number => {
  if (value >= 1) return value;
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what, value, hint: "Use a number from 1." });
};
