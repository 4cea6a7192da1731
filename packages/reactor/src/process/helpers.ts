import { spawn, type ChildProcess } from "node:child_process";
import type { HelperProcess } from "../engine/plugin.ts";
import { reasonOf } from "../errors.ts";
import { Backoff, type ResolvedRespawn } from "./backoff.ts";
import { pause } from "../internal/waiting.ts";
import type { ServerLog } from "./served-engine.ts";

/**
 * Keeps one helper process alive beside the workers.
 *
 * It leads a process group of its own, so that what it starts ends with it. Its standard input is a pipe that nothing is written to:
 * it ends when the master does, however that came about, and a helper that heeds it never outlives its service.
 */
export class Helper {
  readonly #helper: HelperProcess;
  readonly #backoff: Backoff;
  readonly #log: ServerLog;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #running: Promise<void> | undefined;

  constructor(helper: HelperProcess, respawn: ResolvedRespawn, log: ServerLog) {
    this.#helper = helper;
    this.#backoff = new Backoff(respawn);
    this.#log = log;
  }

  start(): void {
    this.#running ??= this.#keepRunning();
  }

  /** Ends it, and kills it after so many milliseconds. */
  async stop(timeout: number): Promise<void> {
    this.#stopping.abort();
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.kill(), timeout);
    await this.#running;
    clearTimeout(timer);
  }

  kill(): void {
    this.#stopping.abort();
    this.#signal("SIGKILL");
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stopping;
    const { name } = this.#helper;
    while (!signal.aborted) {
      const started = performance.now();
      const outcome = await this.#runOnce();
      if (signal.aborted) return;
      this.#log(`helper ${name} ended ${outcome}`, "error");
      await pause(this.#backoff.next(performance.now() - started), signal);
    }
  }

  #runOnce(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const [program = "", ...args] = this.#helper.command;
    // eslint-disable-next-line node/no-process-env -- a helper inherits the environment, and adds to it
    const env = { ...process.env, ...this.#helper.env };
    const child = spawn(program, args, { env, stdio: ["pipe", "inherit", "inherit"], detached: process.platform !== "win32" });
    // The pipe is written to by nobody, but may break.
    child.stdin.on("error", () => {});
    child.once("error", (error) => resolve(`at once: ${reasonOf(error)}`));
    child.once("exit", (code, signal) => resolve(signal ? `by ${signal}` : `with code ${code}`));
    this.#child = child;
    return promise;
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, signal);
    } catch {
      // It has ended.
    }
  }
}
