import { appendFileSync } from "node:fs";
import sonic from "sonic-boom";

/** Bytes that may wait for a disk that stalls, some seconds of a very busy log; what comes on top is lost. */
const maxWaiting = 64 * 1024 * 1024;

/** What an {@link Appender} tells its owner. */
export interface AppenderEvents {
  /** A write failed. The text is kept; {@link Appender.retry} tries again. */
  failed(error: Error): void;
  /** Everything given so far is in the file. */
  drained(): void;
  /** This text was thrown away, since too much waits already. */
  lost(text: string): void;
}

/**
 * Appends to one open file, in the background and in order. Each text given is one system call on a descriptor that was opened for
 * appending, so that the lines of several processes do not mix.
 */
export class Appender {
  readonly #fd: number;
  readonly #stream: InstanceType<typeof sonic.SonicBoom>;
  #idle = true;
  #ended: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  /** @param fd is this object's to close. */
  constructor(fd: number, events: AppenderEvents) {
    this.#fd = fd;
    this.#stream = new sonic.SonicBoom({ dest: fd, maxLength: maxWaiting });
    this.#stream.on("drop", (text: string) => events.lost(text));
    this.#stream.on("drain", () => {
      this.#idle = true;
      events.drained();
      this.#wake();
    });
    this.#stream.on("error", (error: Error) => {
      events.failed(error);
      this.#wake();
    });
    this.#stream.on("close", () => {
      this.#idle = true;
      this.#wake();
    });
  }

  append(text: string): void {
    this.#idle = false;
    this.#stream.write(text);
  }

  /** Tries again to write what failed. */
  retry(): void {
    if (!this.#idle) this.#stream.flush();
  }

  /** Resolves when everything is in the file, or a write failed. */
  drained(): Promise<void> {
    if (this.#idle) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Writes what waits, and this text, before it returns: for the exit of the process. */
  finishSync(text: string): void {
    if (!this.#idle && !this.#closing()) this.#stream.flushSync();
    if (text !== "") appendFileSync(this.#fd, text);
  }

  /** Writes what waits and closes the file. What cannot be written is given up. */
  end(): Promise<void> {
    this.#ended ??= new Promise<void>((resolve) => {
      let failed = false;
      this.#stream.once("close", resolve);
      this.#stream.on("error", () => {
        if (failed) return resolve();
        failed = true;
        this.#stream.destroy();
      });
      this.#stream.end();
    });
    return this.#ended;
  }

  /** The stream has written everything and gives its descriptor back. */
  #closing(): boolean {
    return Reflect.get(this.#stream, "destroyed") === true;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
