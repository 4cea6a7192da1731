import { writeSync } from "node:fs";
import type { Writable } from "node:stream";
import { reasonOf } from "../errors.ts";
import { isCode } from "./system-error.ts";

/** Characters that may wait for a reader that does not read; what comes on top is lost. */
const maxWaiting = 16 * 1024 * 1024;

/** How long a reader may take nothing while the process exits, and the pause between attempts, in milliseconds. */
const maxStall = 1_000;
const pause = 5;

/** The console as a log: while it is open, the lines of one turn of the event loop are written at once, and a reader that goes away does no harm. */
export class LogConsole {
  readonly #given: Writable | undefined;
  readonly #report: (message: string) => void;
  #pending = "";
  #open = false;
  #attached = false;
  #broken = false;

  /** @param stream the process's standard output when absent. */
  constructor(stream: Writable | undefined, report: (message: string) => void) {
    this.#given = stream;
    this.#report = report;
  }

  open(): void {
    this.#open = true;
  }

  write(text: string): void {
    if (this.#broken) return;
    if (!this.#open) return void this.#stream.write(text);
    if (!this.#attached) this.#attach();
    if (this.#pending === "") setImmediate(() => this.#hand());
    this.#pending += text;
  }

  /** Writes what waits before it returns: for the exit of the process, which drops what a pipe did not take at once. */
  readonly #flushSync = (): void => {
    const stream = this.#stream;
    const fd: unknown = stream === process.stdout ? process.stdout.fd : undefined;
    if (typeof fd !== "number" || stream.writableLength > 0 || this.#broken) return this.#hand();
    const text = this.#pending;
    this.#pending = "";
    try {
      writeWhole(fd, text);
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Resolves when everything written so far was taken. */
  async flush(): Promise<void> {
    this.#hand();
    if (!this.#broken) await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
  }

  /** Writes what waits and lets go of the stream, which stays open. */
  async close(): Promise<void> {
    if (!this.#open) return;
    await this.flush();
    this.#open = false;
    if (!this.#attached) return;
    this.#attached = false;
    process.off("exit", this.#flushSync);
    this.#stream.off("error", this.#fail);
  }

  #hand(): void {
    const text = this.#pending;
    this.#pending = "";
    if (text === "" || this.#broken) return;
    if (this.#stream.writableLength > maxWaiting) return this.#fail(new Error("its reader does not keep up"));
    this.#stream.write(text);
  }

  /** At the first line: a process may have many engines that never say anything, and each listener counts. */
  #attach(): void {
    this.#attached = true;
    process.on("exit", this.#flushSync);
    this.#stream.on("error", this.#fail);
  }

  get #stream(): Writable {
    return this.#given ?? process.stdout;
  }

  readonly #fail = (error: unknown): void => {
    if (this.#broken) return;
    this.#broken = true;
    this.#report(`Cannot write logs to the console any more: ${reasonOf(error)}`);
  };
}

/** Writes to a pipe that may be full for a moment. */
const writeWhole = (fd: number, text: string): void => {
  let rest = Buffer.from(text);
  let stall = 0;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
      stall = 0;
    } catch (error) {
      if (!isCode(error, "EAGAIN") || stall >= maxStall) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
      stall += pause;
    }
  }
};
