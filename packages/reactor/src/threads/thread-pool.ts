import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ReactorError } from "../errors.ts";
import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { waitingTime } from "../units.ts";
import { Call } from "./call.ts";
import { Pin } from "./pin.ts";
import { Thread, type ThreadObserver } from "./thread.ts";
import type { PinnedThread, ThreadCall, ThreadCallOptions, ThreadPoolOptions } from "./types.ts";

/** A pool as the status page shows it. */
export interface ThreadPoolStatus {
  /** The most threads. */
  readonly threads: number;
  /** Those that run. */
  readonly running: number;
  readonly busy: number;
  /** Calls that wait for a thread. */
  readonly waiting: number;
}

/**
 * Threads for work that would hold up everything else: blocking drivers, hashing, parsing, images. None is started before it is needed.
 *
 * @example
 * const pool = new ThreadPool({ threads: 2 });
 * await pool.run(new URL("./work.ts", import.meta.url), "hash", "secret"); // what hash("secret") returns
 * await pool.close();
 */
export class ThreadPool implements AsyncDisposable {
  /** Calls a function in a thread that has nothing to do, or waits for one. */
  readonly run: ThreadCall;
  readonly #most: number;
  readonly #idleTime: number;
  readonly #directory: string;
  readonly #threads = new Set<Thread>();
  /** Those that take no more calls, and have not ended yet. */
  readonly #ending = new Set<Thread>();
  readonly #waiting: Call[] = [];
  readonly #observer: ThreadObserver;
  #closed: Promise<void> | undefined;

  /** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION */
  constructor(options: ThreadPoolOptions = {}) {
    refuseUnknown("a pool of threads", options, { threads: true, idleTimeout: true, directory: true });
    this.#most = wholeNumber("threads", options.threads ?? 4, 1);
    this.#idleTime = waitingTime(options.idleTimeout ?? "1m", "idleTimeout");
    this.#directory = resolve(options.directory ?? ".");
    this.#observer = {
      free: (thread) => this.#next(thread),
      ending: (thread) => {
        this.#threads.delete(thread);
        this.#ending.add(thread);
        this.#distribute();
      },
      gone: (thread) => {
        this.#threads.delete(thread);
        this.#ending.delete(thread);
        this.#distribute();
      },
    };
    this.run = (async (...wish: Parameters<ThreadCall>) => {
      const call = this.#call(wish);
      if (!call.isOver) this.#waiting.push(call);
      this.#distribute();
      return call.settled;
    }) as ThreadCall;
  }

  /**
   * A thread that stays the same until it is released: the one with the fewest pins, or a new one as long as there may be more. Others may
   * use it too, one call at a time.
   *
   * @throws SKITAI_REACTOR_THREADS_CLOSED
   * @example
   * using thread = pool.pin();
   * await thread.run(url, "open", "data.sqlite3"); // the module keeps the connection
   * await thread.run(url, "query", "SELECT 1");
   */
  pin(): PinnedThread {
    if (this.#closed) throw new ReactorError("SKITAI_REACTOR_THREADS_CLOSED");
    let thread: Thread | undefined;
    for (const each of this.#threads) if (!thread || each.pins < thread.pins) thread = each;
    if (!thread || (thread.pins > 0 && this.#threads.size < this.#most)) thread = this.#start();
    const pinned = thread;
    const call = (...wish: Parameters<ThreadCall>): Call => {
      const made = this.#call(wish);
      if (!made.isOver) pinned.own.push(made);
      if (!pinned.isBusy) this.#next(pinned);
      return made;
    };
    const pin = new Pin(pinned, call, (released) => {
      if (!released.isBusy && !released.signal.aborted) released.rest();
    });
    // It was about to end for want of work.
    if (!pinned.isBusy) pinned.rest();
    return pin;
  }

  /** What it does now. */
  status(): ThreadPoolStatus {
    let busy = 0;
    for (const thread of this.#threads) if (thread.isBusy) busy++;
    return { threads: this.#most, running: this.#threads.size, busy, waiting: this.#waiting.length };
  }

  /** Ends all threads in the middle of what they do; calls are rejected with SKITAI_REACTOR_THREADS_CLOSED. Idempotent. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(): Thread {
    const thread = new Thread(this.#observer, this.#idleTime);
    this.#threads.add(thread);
    return thread;
  }

  /** Gives waiting calls to threads that have nothing to do, as long as there are or may be any. */
  #distribute(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle();
      if (!thread) return;
      this.#next(thread);
    }
  }

  /** A thread that has nothing to do, rather one that nobody keeps anything in. */
  #idle(): Thread | undefined {
    let pinned: Thread | undefined;
    for (const thread of this.#threads) {
      if (thread.isBusy) continue;
      if (thread.pins === 0) return thread;
      pinned = thread;
    }
    return this.#threads.size < this.#most && !this.#closed ? this.#start() : pinned;
  }

  /** Gives a thread its next call: one of its own, then one of all, by turns. */
  #next(thread: Thread): void {
    if (thread.signal.aborted) return;
    const own = nextOf(thread.own, thread.servedOwn && this.#waiting.length > 0);
    const call = own ?? nextOf(this.#waiting) ?? nextOf(thread.own);
    thread.servedOwn = own !== undefined;
    if (call) thread.carryOut(call);
    else thread.rest();
  }

  #call([module, how, ...args]: Parameters<ThreadCall>): Call {
    const options: ThreadCallOptions = typeof how === "string" ? { name: how } : how;
    refuseUnknown("a call in a thread", options, { name: true, signal: true, timeout: true, transfer: true });
    const call = new Call({ module: this.#locate(module), name: options.name ?? "default", args }, options);
    if (this.#closed && !call.isOver) call.fail(new ReactorError("SKITAI_REACTOR_THREADS_CLOSED"));
    return call;
  }

  #locate(module: string | URL): string {
    if (typeof module !== "string") return module.href;
    // One letter before a colon is a drive of Windows.
    return /^[a-z]{2,}:/i.test(module) ? module : pathToFileURL(resolve(this.#directory, module)).href;
  }

  async #close(): Promise<void> {
    const threads = [...this.#threads, ...this.#ending];
    const calls = [...this.#waiting.splice(0), ...threads.flatMap((thread) => thread.pending())];
    for (const call of calls) if (!call.isOver) call.fail(new ReactorError("SKITAI_REACTOR_THREADS_CLOSED"));
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

/** The first of a queue that somebody still waits for. */
const nextOf = (queue: Call[], skip = false): Call | undefined => {
  if (skip) return undefined;
  for (;;) {
    const call = queue.shift();
    if (!call?.isOver) return call;
  }
};
