import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { ReactorError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Outcome } from "./messages.ts";

/** What a thread brings about in its pool. */
export interface ThreadObserver {
  /** It has nothing to do. */
  free(thread: Thread): void;
  /** It takes no more calls. */
  ending(thread: Thread): void;
  gone(thread: Thread): void;
}

/** One thread: it carries out one call at a time. */
export class Thread {
  /** Calls that only this thread can carry out. */
  readonly own: Call[] = [];
  /** How many callers keep something here. */
  pins = 0;
  /** The call before was one of its own. */
  servedOwn = false;
  readonly #worker: Worker;
  readonly #observer: ThreadObserver;
  readonly #alive = new AbortController();
  readonly #idleTime: number;
  #call: Call | undefined;
  #error: unknown;
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param idleTime milliseconds that it is kept without work and pins. */
  constructor(observer: ThreadObserver, idleTime: number) {
    this.#observer = observer;
    this.#idleTime = idleTime;
    this.#worker = new Worker(entry(), { name: "skitai thread" });
    this.#worker.on("message", (outcome: Outcome) => this.#done((call) => call.take(outcome)));
    this.#worker.on("messageerror", (error) => this.#done((call) => call.fail(error)));
    this.#worker.on("error", (error) => (this.#error = error));
    this.#worker.once("exit", (code) => this.#gone(code));
    this.rest();
  }

  get isBusy(): boolean {
    return this.#call !== undefined;
  }

  /** Aborted when it is gone. */
  get signal(): AbortSignal {
    return this.#alive.signal;
  }

  /** Carries out a call; it must have nothing to do. */
  carryOut(call: Call): void {
    clearTimeout(this.#idleTimer);
    this.#call = call;
    // What others keep here must not end with one call.
    call.givenUp = () => {
      if (this.pins === 0 && this.own.length === 0) void this.end();
    };
    this.#worker.ref();
    try {
      this.#worker.postMessage(call.order, call.transfer);
    } catch (error) {
      // Its arguments cannot be copied.
      queueMicrotask(() => this.#done(() => call.fail(error)));
    }
  }

  /** It has nothing to do: it holds the process no longer, and ends when that lasts. */
  rest(): void {
    this.#worker.unref();
    clearTimeout(this.#idleTimer);
    if (this.pins === 0) this.#idleTimer = setTimeout(() => void this.end(), this.#idleTime).unref();
  }

  /** Ends it, in the middle of whatever it does. */
  async end(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#observer.ending(this);
    await this.#worker.terminate();
  }

  /** Calls that have no outcome yet. */
  pending(): Call[] {
    return this.#call ? [this.#call, ...this.own] : [...this.own];
  }

  #done(settle: (call: Call) => void): void {
    const call = this.#call;
    if (!call) return;
    this.#call = undefined;
    if (!call.isOver) settle(call);
    this.#observer.free(this);
  }

  #gone(code: number): void {
    clearTimeout(this.#idleTimer);
    const outcome = this.#error === undefined ? `it ended with exit code ${code}` : "it ended by an error";
    const calls = this.pending();
    this.#call = undefined;
    for (const call of calls) if (!call.isOver) call.die(outcome, this.#error);
    this.own.length = 0;
    this.#alive.abort(new ReactorError("SKITAI_REACTOR_THREAD_DIED", { outcome }, { cause: this.#error }));
    this.#observer.gone(this);
  }
}

/** The file that a thread starts with. The build moves the code of this one, so that the way there leads by the package's exports. */
const entry = (): string => {
  const index = createRequire(import.meta.url).resolve("@skitai/reactor/threads");
  return join(dirname(index), `thread-entry${extname(index)}`);
};
