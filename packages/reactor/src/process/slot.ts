import { Backoff, type ResolvedRespawn } from "./backoff.ts";
import { pause } from "../internal/waiting.ts";
import type { ServerLog } from "./served-engine.ts";
import { explain } from "./start-failure.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** What a slot needs of its surroundings. */
export interface SlotParts {
  readonly number: number;
  readonly respawn: ResolvedRespawn;
  /** Starts a process for this slot. */
  readonly spawn: (slot: Slot) => WorkerProcess;
  readonly log: ServerLog;
}

/** The place of one worker: keeps a process in it, and puts a new one there without a gap. */
export class Slot {
  readonly number: number;
  readonly #parts: SlotParts;
  readonly #backoff: Backoff;
  /** Every process of this slot that lives: the current one, one that starts, those that leave. */
  readonly #processes = new Set<WorkerProcess>();
  #current: WorkerProcess | undefined;
  #revival: AbortController | undefined;
  #replacing = false;
  #closed = false;

  constructor(parts: SlotParts) {
    this.number = parts.number;
    this.#parts = parts;
    this.#backoff = new Backoff(parts.respawn);
  }

  /** The process that serves, or served last. */
  get current(): WorkerProcess | undefined {
    return this.#current;
  }

  get processes(): ReadonlySet<WorkerProcess> {
    return this.#processes;
  }

  /** Whether an app has shut this worker down, or the service ends: nothing is started here any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Starts the first process. @throws SKITAI_REACTOR_START_FAILED */
  async start(): Promise<void> {
    this.#current = await this.#launch();
  }

  /**
   * Starts a new process, and lets the one before leave when the new one is ready. If that does not start, the one before stays.
   *
   * @param timeout milliseconds that the one before has to finish what is under way.
   * @throws SKITAI_REACTOR_START_FAILED
   */
  async replace(timeout: number): Promise<void> {
    this.#closed = false;
    this.#endRevival();
    this.#replacing = true;
    try {
      const next = await this.#launch();
      const before = this.#current;
      this.#current = next;
      void before?.leave(timeout);
    } finally {
      this.#replacing = false;
      // The one before died meanwhile, and nothing came in its place.
      if (!this.#closed && this.#current?.isReady !== true) void this.#revive(0);
    }
  }

  /** Puts another process in the place of one that leaves without its master's word, once however often it was told. */
  succeed(process: WorkerProcess): void {
    if (process === this.#current && !this.#replacing && !this.#closed && !this.#revival) void this.#revive(process.age);
  }

  /** Ends every process of this slot, and starts no more; kills what is left after so many milliseconds. */
  async stop(timeout: number): Promise<void> {
    this.#closed = true;
    this.#endRevival();
    await Promise.all(Array.from(this.#processes, (process) => process.leave(timeout)));
  }

  kill(): void {
    this.#closed = true;
    this.#endRevival();
    for (const process of this.#processes) process.kill();
  }

  async #launch(): Promise<WorkerProcess> {
    const process = this.#parts.spawn(this);
    this.#processes.add(process);
    void process.gone.then(() => this.#left(process));
    await process.ready;
    return process;
  }

  #left(process: WorkerProcess): void {
    this.#processes.delete(process);
    if (process !== this.#current || this.#closed || this.#replacing || this.#revival) return;
    this.#parts.log(`worker #${this.number} [${process.pid}] ended ${process.outcome}`, "error");
    void this.#revive(process.age);
  }

  /** Starts processes until one is ready. */
  async #revive(lived: number): Promise<void> {
    const { signal } = (this.#revival = new AbortController());
    let age = lived;
    for (;;) {
      await pause(this.#backoff.next(age), signal);
      if (signal.aborted) return;
      try {
        const process = await this.#launch();
        if (signal.aborted) return;
        this.#current = process;
        this.#revival = undefined;
        return;
      } catch (error) {
        if (signal.aborted) return;
        age = 0;
        this.#parts.log(explain(error), "error");
      }
    }
  }

  #endRevival(): void {
    this.#revival?.abort();
    this.#revival = undefined;
    for (const process of this.#processes) if (process.isStarting) process.kill();
  }
}
