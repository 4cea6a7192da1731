import { fstatSync, open as openWithCallback, openSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { reasonOf } from "../errors.ts";
import { makeDirectorySync } from "../internal/make-directory.ts";
import { Appender } from "./appender.ts";
import { FileRotation, type RotationOptions } from "./file-rotation.ts";
import type { RotationPeriod } from "./logger.ts";
import { logFailure, Troubles } from "./troubles.ts";

/** Lines wait in memory for so many characters or milliseconds, and are then written at once. */
const batchLength = 65_536;
const batchDelay = 250;
/** Characters that may wait for {@link LogFile.openSync}. */
const maxUnopened = 16 * 1024 * 1024;
const mode = 0o640;
/** A bare descriptor: a FileHandle would close itself when it is collected. */
const open = promisify(openWithCallback);

/** One log file: buffers lines, writes them in the background, and moves on to a new file when it was renamed. */
export class LogFile {
  readonly path: string;
  readonly #report: (message: string) => void;
  readonly #troubles: Troubles;
  readonly #rotation: FileRotation;
  readonly #ending = new Set<Appender>();
  #appender: Appender | undefined;
  #pending = "";
  #timer: NodeJS.Timeout | undefined;
  #reopened: Promise<void> = Promise.resolve();
  #closed = false;
  #lost = 0;

  /** @param report is told, in a sentence, what could not be written. */
  constructor(path: string, period: RotationPeriod, report: (message: string) => void) {
    this.path = path;
    this.#report = report;
    this.#troubles = new Troubles(path, report);
    this.#rotation = new FileRotation(path, period, this.#troubles);
  }

  /**
   * Creates the directory and the file as needed. A file that was last written in an earlier period is due for rotation at once.
   *
   * @throws SKITAI_REACTOR_LOG_FAILED
   */
  openSync(now: number): void {
    try {
      makeDirectorySync(dirname(this.path));
      const fd = openSync(this.path, "a", mode);
      this.#attach(fd);
      const { size, mtimeMs } = fstatSync(fd);
      this.#rotation.start(size === 0 ? now : Math.min(mtimeMs, now));
    } catch (error) {
      throw logFailure(this.path, error);
    }
    if (this.#pending !== "") this.#arm();
  }

  write(text: string): void {
    if (this.#closed) return;
    this.#pending += text;
    if (this.#pending.length >= batchLength) this.#hand();
    else if (this.#timer === undefined) this.#arm();
  }

  /** Resolves when everything written so far is in the file, or could not be written. */
  async flush(): Promise<void> {
    this.#hand();
    await Promise.all([this.#appender?.drained(), ...[...this.#ending].map((appender) => appender.drained())]);
  }

  /** Writes everything before it returns: for the exit of the process. */
  flushSync(): void {
    const text = this.#pending;
    this.#pending = "";
    try {
      for (const appender of this.#ending) appender.finishSync("");
      this.#appender?.finishSync(text);
    } catch (error) {
      this.#troubles.begin("write", error);
    }
  }

  /** Goes on in a new file of the same path. Lines written meanwhile still reach the old one; none is lost. */
  reopen(): Promise<void> {
    this.#reopened = this.#reopened.then(async () => {
      if (this.#closed || this.#appender === undefined) return;
      try {
        this.#attach(await open(this.path, "a", mode));
        this.#troubles.end("reopen");
      } catch (error) {
        this.#troubles.begin("reopen", error);
      }
    });
    return this.#reopened;
  }

  /**
   * Renames the file when its period is over or it holds `maxSize` bytes, goes on in a new one and removes the oldest renamed ones.
   *
   * @param options `maxSize` 0 renames it in any case.
   * @returns whether it was renamed; why it could not be is reported.
   */
  async rotate(options: RotationOptions): Promise<boolean> {
    const renamed = await this.#rotation.rename(options);
    if (renamed === undefined) return false;
    await this.reopen();
    await this.#rotation.removeOld(options, renamed);
    return true;
  }

  /** Forgets what waits for {@link openSync}. */
  discard(): void {
    this.#pending = "";
  }

  /** Writes everything, into a file that was not opened yet too, and closes. Lines that come later are dropped. */
  async close(now: number): Promise<void> {
    this.#closed = true;
    if (this.#appender === undefined && this.#pending !== "") this.#openLate(now);
    clearTimeout(this.#timer);
    await this.#reopened;
    this.#hand();
    if (this.#appender) this.#end(this.#appender);
    this.#appender = undefined;
    await Promise.all([...this.#ending].map((appender) => appender.end()));
  }

  #openLate(now: number): void {
    try {
      this.openSync(now);
    } catch (error) {
      this.#report(reasonOf(error));
    }
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#hand();
    }, batchDelay).unref();
  }

  /** Gives what waits to the system. */
  #hand(): void {
    const text = this.#pending;
    if (this.#appender === undefined && text.length <= maxUnopened) return;
    this.#pending = "";
    if (this.#appender === undefined) return this.#lose(text);
    if (text === "") this.#appender.retry();
    else this.#appender.append(text);
  }

  #attach(fd: number): void {
    const before = this.#appender;
    if (before) {
      this.#hand();
      this.#end(before);
    }
    this.#appender = new Appender(fd, {
      failed: (error) => {
        this.#troubles.begin("write", error);
        if (!this.#closed) this.#arm();
      },
      drained: () => this.#recover(),
      lost: (text) => this.#lose(text),
    });
  }

  #end(appender: Appender): void {
    this.#ending.add(appender);
    void appender.end().then(() => this.#ending.delete(appender));
  }

  #lose(text: string): void {
    this.#lost += text.length;
    this.#troubles.begin("lose", new Error("lines come faster than they can be written, some are lost"));
  }

  #recover(): void {
    const wasLosing = this.#troubles.end("lose");
    if (!this.#troubles.end("write") && !wasLosing) return;
    this.#report(`The log ${this.path} is written again. Lost: ${this.#lost} characters.`);
    this.#lost = 0;
  }
}
