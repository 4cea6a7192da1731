import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { ReactorError, reasonOf } from "../errors.ts";
import { processMark } from "./process-mark.ts";

/** What a pid file says. */
export interface PidRecord {
  readonly pid: number;
  /** Tells the process from a later one with the same id; see {@link processMark}. */
  readonly mark: string;
  /** How many restarts have been finished. */
  readonly restarts: number;
  /** Why the last of them failed; empty when it did not. */
  readonly problem: string;
}

/**
 * The file that says which process a service's master is. Its first line is the process id; the lines after it tell that process from
 * a stranger with the same id, and how the last restart ended. It can be read by everyone (0644): it holds no secret.
 */
export class PidFile implements Disposable {
  readonly #file: string;
  #record: PidRecord;
  #disposed = false;

  private constructor(file: string, record: PidRecord) {
    this.#file = file;
    this.#record = record;
  }

  /**
   * Writes this process into the file. A file left behind by a process that is no more is replaced. Of several processes that try at the
   * same time, one succeeds.
   *
   * @throws SKITAI_REACTOR_ALREADY_RUNNING when the process in it lives, or another is about to write itself into it.
   * @throws SKITAI_REACTOR_PID_FILE when it cannot be written.
   */
  static claim(file: string): PidFile {
    const record: PidRecord = { pid: process.pid, mark: processMark(process.pid) ?? "", restarts: 0, problem: "" };
    let holder: PidRecord | undefined;
    try {
      holder = occupy(file, record);
    } catch (cause) {
      throw new ReactorError("SKITAI_REACTOR_PID_FILE", { file, reason: reasonOf(cause) }, { cause });
    }
    if (holder) throw new ReactorError("SKITAI_REACTOR_ALREADY_RUNNING", { pid: holder.pid });
    return new PidFile(file, record);
  }

  /** Notes that a restart has ended. */
  restarted(problem = ""): void {
    if (this.#disposed) return;
    this.#record = { ...this.#record, restarts: this.#record.restarts + 1, problem: problem.replaceAll("\n", " ") };
    const temporary = `${this.#file}.${process.pid}`;
    const written = succeeds(() => {
      writeFileSync(temporary, format(this.#record), { mode: 0o644 });
      renameSync(temporary, this.#file);
    });
    // Who waits for the restart will not hear of it; the service is none the worse.
    if (!written) succeeds(() => rmSync(temporary, { force: true }));
  }

  /** Removes the file, if it is still this process's own. Idempotent. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    if (readPidFile(this.#file)?.pid === process.pid) rmSync(this.#file, { force: true });
  }
}

/** Undefined when there is no such file, or no process id in it. */
export const readPidFile = (file: string): PidRecord | undefined => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const [pid = "", mark = "", restarts = "", problem = ""] = text.split("\n");
  if (!/^[1-9]\d{0,9}$/.test(pid.trim())) return undefined;
  return { pid: Number(pid), mark, restarts: Number(restarts) || 0, problem };
};

/** The service of a pid file, if it is running: the process exists, and it is the one that wrote the file. */
export const runningService = (file: string): PidRecord | undefined => {
  const record = readPidFile(file);
  return record && isRunning(record) ? record : undefined;
};

/** Whether the process that wrote this record still lives. */
export const isRunning = ({ pid, mark }: PidRecord): boolean => processMark(pid) === mark;

const format = ({ pid, mark, restarts, problem }: PidRecord): string => `${pid}\n${mark}\n${restarts}\n${problem}\n`;

const succeeds = (action: () => void): boolean => {
  try {
    action();
    return true;
  } catch {
    return false;
  }
};

/** How often a file may come and go while it is tried to occupy it. */
const mostAttempts = 10;

/** Puts a record into a file that is not there, or whose process is no more; otherwise returns the record of who holds it. */
const occupy = (file: string, record: PidRecord): PidRecord | undefined => {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    if (create(file, record)) return undefined;
    const holder = runningService(file) ?? removeStale(file, record);
    if (holder) return holder;
  }
  throw new Error("other processes keep writing it");
};

/**
 * Removes the file of a process that is no more, and returns who has replaced it already or is about to. Whoever was slower to see that it
 * is stale would remove the file of whoever was faster: hence one at a time, and another look.
 */
const removeStale = (file: string, record: PidRecord): PidRecord | undefined => {
  const guard = `${file}.lock`;
  const other = occupy(guard, record);
  if (other) return other;
  try {
    const running = runningService(file);
    if (!running) rmSync(file, { force: true });
    return running;
  } finally {
    rmSync(guard, { force: true });
  }
};

/** Makes the file, with all that belongs into it from the first moment. False when there is one. */
const create = (file: string, record: PidRecord): boolean => {
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, format(record), { mode: 0o644 });
    linkSync(temporary, file);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return false;
    if (withoutLinks.has(code)) return createInPlace(file, record);
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
};

/** What file systems say that know no hard links. */
const withoutLinks: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

const createInPlace = (file: string, record: PidRecord): boolean => {
  try {
    writeFileSync(file, format(record), { flag: "wx", mode: 0o644 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
};

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), "code");
