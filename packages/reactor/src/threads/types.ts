import type { Transferable } from "node:worker_threads";
import type { Duration } from "../units.ts";

/** A function that a thread can call. */
export type ThreadFunction = (...args: never[]) => unknown;

/** A function that is known by its name only, so that nothing is known of what it takes and gives. */
export type UnknownFunction = (...args: unknown[]) => unknown;

/** How a function is called in a thread. */
export interface ThreadCallOptions {
  /** The export to call. @default "default" */
  name?: string;
  /** Gives the call up. A thread that is at work on it is ended, unless a pin holds it; then the result is dropped. */
  signal?: AbortSignal;
  /** The same after so long, the time in the queue included. @default none */
  timeout?: Duration;
  /** What of the arguments is handed over instead of copied: `ArrayBuffer`, `MessagePort`, ... @default [] */
  transfer?: readonly Transferable[];
}

/**
 * Calls a function of a module in another thread.
 *
 * Arguments and results are copied (structured clone). A type argument says what the function takes and gives:
 * `run<typeof work.hash>(url, "hash", "secret")` with `import type * as work from "./work.ts"`.
 *
 * @param module a URL (`new URL("./work.ts", import.meta.url)`), or a path.
 * @param how the name of the export, or the call's options.
 * @throws what the function throws, with its message, code and stack; SKITAI_REACTOR_THREAD_MODULE, SKITAI_REACTOR_THREAD_EXPORT,
 * SKITAI_REACTOR_THREAD_DIED, SKITAI_REACTOR_THREAD_TIMEOUT, SKITAI_REACTOR_THREADS_CLOSED, and the reason of an aborted signal.
 */
export type ThreadCall = <Called extends ThreadFunction = UnknownFunction>(
  module: string | URL,
  how: string | ThreadCallOptions,
  ...args: Parameters<Called>
) => Promise<Awaited<ReturnType<Called>>>;

/** One thread that stays the same: what a module keeps there (a connection, a transaction) is there at the next call. */
export interface PinnedThread extends Disposable {
  /** Aborted when the thread is gone, and with it what was kept there. */
  readonly signal: AbortSignal;
  /** Calls a function in this thread, one after the other. @throws as {@link ThreadCall}; SKITAI_REACTOR_THREAD_DIED at once when it is gone */
  readonly run: ThreadCall;
  /** Lets the thread go. Calls that wait are carried out. */
  release(): void;
}

/** What a pool of threads is made with. */
export interface ThreadPoolOptions {
  /** The most threads; each is started when it is needed. @default 4 */
  threads?: number;
  /** How long a thread without work and without pins is kept. @default "1m" */
  idleTimeout?: Duration;
  /** What relative paths of modules belong to. @default the working directory */
  directory?: string;
}
