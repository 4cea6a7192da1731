import { AquestsError } from "../../errors.ts";
import type { SqliteThread } from "./thread.ts";

interface Waiter {
  readonly resolve: (thread: SqliteThread) => void;
  readonly reject: (reason: Error) => void;
  /** It has turned away. */
  isGone: boolean;
}

/** Threads of one kind to one file: each has one user at a time, and further users wait in line. */
export class Slots {
  readonly #most: number;
  readonly #idleTimeout: number;
  readonly #make: () => SqliteThread;
  readonly #all = new Set<SqliteThread>();
  readonly #idle: { readonly thread: SqliteThread; readonly timer: NodeJS.Timeout | undefined }[] = [];
  readonly #waiting: Waiter[] = [];
  /** Those that were given up in the middle of a statement and have not come to its end. */
  readonly #ending = new Set<Promise<void>>();
  readonly #emptied: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #isClosed = false;

  /** @param idleTimeout milliseconds that an idle thread is kept; Infinity for ever. */
  constructor(most: number, idleTimeout: number, make: () => SqliteThread) {
    this.#most = most;
    this.#idleTimeout = idleTimeout;
    this.#make = make;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A thread with its file open, and how to turn away from the line before it is there. */
  acquire(): { readonly thread: Promise<SqliteThread>; readonly leave: (reason: Error) => void } {
    const { promise, resolve, reject } = Promise.withResolvers<SqliteThread>();
    const waiter: Waiter = { resolve, reject, isGone: false };
    if (this.#isClosed) reject(new AquestsError("SKITAI_AQUESTS_CLOSED"));
    else {
      this.#waiting.push(waiter);
      this.#serve();
    }
    return {
      thread: promise,
      leave: (reason) => {
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        waiter.isGone = true;
        reject(reason);
      },
    };
  }

  release(thread: SqliteThread): void {
    if (this.#isClosed) return void this.#retire(thread);
    const keep = this.#idleTimeout === Infinity ? undefined : setTimeout(() => this.#dismiss(thread), this.#idleTimeout).unref();
    this.#idle.push({ thread, timer: keep });
    this.#serve();
  }

  /** Ends a thread that somebody has, whatever it is doing; another one takes its place. */
  discard(thread: SqliteThread): void {
    this.#forget(thread);
    const ending = thread.end().finally(() => {
      this.#ending.delete(ending);
      this.#serve();
    });
    this.#ending.add(ending);
    this.#serve();
  }

  /** Closes what is idle at once and the rest when it comes back; what was given up is not waited for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new AquestsError("SKITAI_AQUESTS_CLOSED"));
    for (const { thread, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      void this.#retire(thread);
    }
    if (this.#all.size > 0) await this.#emptied.promise;
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const known = this.#idle.pop();
      if (!known && !this.#hasRoom()) return;
      const waiter = this.#waiting.shift()!;
      clearTimeout(known?.timer);
      if (known) waiter.resolve(known.thread);
      else this.#start(waiter);
    }
  }

  /** Statements that were given up go on as long as SQLite likes: there may be as many of those again, and no more. */
  #hasRoom(): boolean {
    return this.#all.size < this.#most && this.#all.size + this.#ending.size < this.#most * 2;
  }

  #start(waiter: Waiter): void {
    const thread = this.#make();
    this.#all.add(thread);
    thread.opened.then(
      () => (waiter.isGone ? this.release(thread) : waiter.resolve(thread)),
      (error: Error) => {
        this.discard(thread);
        waiter.reject(error);
      },
    );
  }

  #dismiss(thread: SqliteThread): void {
    const at = this.#idle.findIndex((each) => each.thread === thread);
    if (at >= 0) this.#idle.splice(at, 1);
    void this.#retire(thread);
  }

  async #retire(thread: SqliteThread): Promise<void> {
    await thread.close();
    this.#forget(thread);
    this.#serve();
  }

  #forget(thread: SqliteThread): void {
    this.#all.delete(thread);
    if (this.#isClosed && this.#all.size === 0) this.#emptied.resolve();
  }
}
