import { basename, extname } from "node:path";
import type { FSWatcher } from "chokidar";
import { reasonOf } from "../errors.ts";
import type { ServerLog } from "./served-engine.ts";
import { explain } from "./start-failure.ts";

/** Files by their ends whose change makes new workers: code, and what code usually reads once. */
const reloaded = new Set(
  ".ts .mts .cts .tsx .js .mjs .cjs .jsx .node .wasm .html .htm .njk .xml .txt .sql .proto .graphql .yaml .yml .toml .ini .conf".split(" "),
);

/** How long it waits for more changes after one, in milliseconds: editors write a file in several steps. */
const settling = 100;

/** How long changes that do not end can put a reload off, in milliseconds. */
const patience = 1_000;

export interface ReloaderParts {
  /** Puts new workers in the place of all. */
  readonly replace: () => Promise<void>;
  readonly log: ServerLog;
}

/**
 * Replaces all workers when a file changes.
 *
 * A directory is watched with everything below it, except `node_modules`, names with a leading dot, and files that are neither code nor
 * text that code reads. A file that was named itself is watched whatever it is.
 */
export class Reloader implements AsyncDisposable {
  readonly #parts: ReloaderParts;
  readonly #paths = new Set<string>();
  #watcher: Promise<FSWatcher> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the first of the changes came that no reload has followed yet. */
  #changedAt: number | undefined;
  #closed = false;

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
  }

  /** Watches these absolute paths too. */
  watch(paths: readonly string[]): void {
    const added = paths.filter((path) => !this.#paths.has(path));
    if (added.length === 0 || this.#closed) return;
    for (const path of added) this.#paths.add(path);
    this.#watcher ??= this.#open();
    this.#watcher.then(
      (watcher) => watcher.add(added),
      (error: unknown) => this.#parts.log(`cannot watch for changes: ${reasonOf(error)}`, "error"),
    );
  }

  /** Notes that a file has changed; a reload follows when it has been quiet for a moment. */
  changed(path: string): void {
    const now = performance.now();
    this.#changedAt ??= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#reload(path), Math.min(settling, Math.max(0, this.#changedAt + patience - now)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#watcher?.then(
      (watcher) => watcher.close(),
      () => {},
    );
  }

  /** Loaded at the first use: a service in production never needs it. */
  async #open(): Promise<FSWatcher> {
    const { watch } = await import("chokidar");
    const watcher = watch([], {
      ignoreInitial: true,
      ignored: (path, stats) => !this.#paths.has(path) && isIgnored(path, stats?.isFile()),
    });
    watcher.on("all", (_, path) => this.changed(path));
    watcher.on("error", (error) => this.#parts.log(`cannot watch for changes: ${reasonOf(error)}`, "error"));
    return watcher;
  }

  async #reload(path: string): Promise<void> {
    this.#changedAt = undefined;
    const { log, replace } = this.#parts;
    log(`${path} has changed, reloading`);
    try {
      await replace();
      log("reloaded");
    } catch (error) {
      log(`not reloaded, the workers before keep serving: ${explain(error)}`, "error");
    }
  }
}

/** Whether a path below a watched directory is of no interest; without `file` it is not known yet what it is. */
export const isIgnored = (path: string, file: boolean | undefined): boolean => {
  const name = basename(path);
  if (name.startsWith(".") || name === "node_modules") return true;
  return file === true && !reloaded.has(extname(name).toLowerCase());
};
