import type { Writable } from "node:stream";
import { reasonOf } from "../errors.ts";

/** Characters that may wait for a reader that does not read; what comes on top is lost. */
const maxWaiting = 16 * 1024 * 1024;

/** The console as a log: while it is open, the lines of one turn of the event loop are written at once, and a reader that goes away does no harm. */
export class LogConsole {
  readonly #given: Writable | undefined;
  readonly #report: (message: string) => void;
  #pending = "";
  #open = false;
  #broken = false;

  /** @param stream the process's standard output when absent. */
  constructor(stream: Writable | undefined, report: (message: string) => void) {
    this.#given = stream;
    this.#report = report;
  }

  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.#stream.on("error", this.#fail);
  }

  write(text: string): void {
    if (this.#broken) return;
    if (!this.#open) return void this.#stream.write(text);
    if (this.#pending === "") setImmediate(() => this.flushSync());
    this.#pending += text;
  }

  flushSync(): void {
    const text = this.#pending;
    this.#pending = "";
    if (text === "" || this.#broken) return;
    if (this.#stream.writableLength > maxWaiting) return this.#fail(new Error("its reader does not keep up"));
    this.#stream.write(text);
  }

  /** Resolves when everything written so far was taken. */
  async flush(): Promise<void> {
    this.flushSync();
    if (!this.#broken) await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
  }

  /** Writes what waits and lets go of the stream, which stays open. */
  async close(): Promise<void> {
    if (!this.#open) return;
    await this.flush();
    this.#open = false;
    this.#stream.off("error", this.#fail);
  }

  get #stream(): Writable {
    return this.#given ?? process.stdout;
  }

  readonly #fail = (error: Error): void => {
    if (this.#broken) return;
    this.#broken = true;
    this.#report(`Cannot write logs to the console any more: ${reasonOf(error)}`);
  };
}
