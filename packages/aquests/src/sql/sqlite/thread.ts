import { ThreadPool, type PinnedThread } from "@skitai/reactor/threads";
import { loadDriver } from "../../core/driver.ts";
import type { OpenOptions } from "./connection.ts";
import { sqliteError } from "./faults.ts";
import type * as worker from "./worker.ts";

/** Where threads find their code: beside this file, or where the build puts it. */
const code = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./sql/sqlite/worker.js", import.meta.url);

/** A thread with one connection to a file. */
export class SqliteThread {
  readonly path: string;
  /** Rejects when the file cannot be opened. */
  readonly opened: Promise<void>;
  readonly #threads = new ThreadPool({ threads: 1 });
  readonly #thread: PinnedThread;

  constructor(path: string, options: OpenOptions) {
    this.path = path;
    this.#thread = this.#threads.pin();
    this.opened = this.#open(options);
    this.opened.catch(ignore);
  }

  /** Calls a function of the worker. Rejects with an AquestsError. */
  async call<Name extends keyof typeof worker>(
    name: Name,
    ...args: Parameters<(typeof worker)[Name]>
  ): Promise<ReturnType<(typeof worker)[Name]>> {
    try {
      return await this.#thread.run<(typeof worker)[Name]>(code, name, ...args);
    } catch (error) {
      throw sqliteError(error, this.path);
    }
  }

  /** Ends it. What SQLite is in the middle of comes to its end before that, in the background. */
  end(): Promise<void> {
    return this.#threads.close();
  }

  /** Closes the file, which writes back what is in its log, and ends the thread. */
  async close(): Promise<void> {
    await this.call("close").catch(ignore);
    await this.end();
  }

  async #open(options: OpenOptions): Promise<void> {
    try {
      await this.#thread.run<typeof worker.open>(code, "open", this.path, options);
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, "code") !== "SKITAI_REACTOR_THREAD_MODULE") throw sqliteError(error, this.path);
      await loadDriver("SQLite", "better-sqlite3", () => Promise.reject(error.cause as Error));
    }
  }
}

const ignore = (): void => {};
