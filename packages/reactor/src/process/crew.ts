import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import type { Hub } from "../coordination/hub.ts";
import type { ResolvedRespawn } from "./backoff.ts";
import type { ServerLog } from "./served-engine.ts";
import { explain } from "./start-failure.ts";
import { Slot } from "./slot.ts";
import { WorkerProcess, type PendingConnection } from "./worker-process.ts";

export interface CrewParts {
  readonly workers: number;
  readonly bound: readonly AddressInfo[];
  readonly respawn: ResolvedRespawn;
  /** Connects the workers. */
  readonly hub: Hub;
  /** Milliseconds until a worker that is not ready is killed. */
  readonly readyTimeout: number;
  /** Milliseconds that a worker which is replaced has to finish what is under way. */
  readonly gracefulTimeout: number;
  readonly log: ServerLog;
  /** A worker can be given a connection. */
  readonly free: () => void;
  /** A worker has not taken this connection. */
  readonly returned: (connection: PendingConnection) => void;
  /** A worker serves, and wants these paths watched. */
  readonly watch: (paths: readonly string[]) => void;
  /** The last worker was shut down by an app. */
  readonly deserted: () => void;
}

/** All workers of a service: numbered from 0, each kept alive, replaced one after the other. */
export class Crew {
  readonly #parts: CrewParts;
  readonly #slots: readonly Slot[];
  #work: Promise<void> = Promise.resolve();
  #nextRound: Promise<void> | undefined;
  #stopping = false;

  constructor(parts: CrewParts) {
    this.#parts = parts;
    const { respawn, log } = parts;
    const spawn = (slot: Slot): WorkerProcess => this.#spawn(slot);
    this.#slots = Array.from({ length: parts.workers }, (_, number) => new Slot({ number, respawn, spawn, log }));
  }

  /** Every worker process that lives, also those that start or leave. */
  *processes(): Generator<WorkerProcess> {
    for (const slot of this.#slots) yield* slot.processes;
  }

  /** Resolves when every worker serves. @throws SKITAI_REACTOR_START_FAILED when the first of them cannot. */
  start(): Promise<void> {
    return this.#afterOthers(async () => {
      const waiting = this.#slots.values();
      // As many at a time as there are processors: more would only slow each other down.
      const startNext = async (): Promise<void> => {
        for (const slot of waiting) if (!this.#stopping) await slot.start();
      };
      await Promise.all(Array.from({ length: availableParallelism() }, startNext));
    });
  }

  /**
   * Puts new workers in the place of all, one after the other, without a gap. A call during a round is for one more round.
   *
   * @throws SKITAI_REACTOR_START_FAILED when a new one cannot serve; then the one before and those after it stay.
   */
  replaceAll(): Promise<void> {
    this.#nextRound ??= this.#afterOthers(async () => {
      this.#nextRound = undefined;
      for (const slot of this.#slots) await this.#replace(slot);
    });
    return this.#nextRound;
  }

  /** Puts a new worker in the place of this one, if it is still there. @throws SKITAI_REACTOR_START_FAILED */
  replace(process: WorkerProcess): Promise<void> {
    return this.#afterOthers(async () => {
      const slot = this.#slots[process.number];
      if (slot?.current === process) await this.#replace(slot);
    });
  }

  /** Ends all workers, and kills what is left after so many milliseconds. A later call can shorten the time. */
  async stop(timeout: number): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#slots.map((slot) => slot.stop(timeout)));
  }

  kill(): void {
    this.#stopping = true;
    for (const slot of this.#slots) slot.kill();
  }

  async #replace(slot: Slot): Promise<void> {
    if (!this.#stopping) await slot.replace(this.#parts.gracefulTimeout);
  }

  #afterOthers(task: () => Promise<void>): Promise<void> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }

  #spawn(slot: Slot): WorkerProcess {
    const { bound, hub, readyTimeout, free, returned, watch } = this.#parts;
    const process = new WorkerProcess({ number: slot.number, bound, successor: slot.current !== undefined }, readyTimeout, {
      free,
      returned,
      attach: (send) => hub.attach(send),
      asked: (what) => this.#asked(what, process, slot),
    });
    void process.ready.then(watch, () => {});
    return process;
  }

  #asked(what: "restart" | "shutdown" | "leaving", process: WorkerProcess, slot: Slot): void {
    const { log, gracefulTimeout, deserted } = this.#parts;
    if (this.#stopping) return;
    if (what === "leaving") return slot.succeed(process);
    log(`worker #${slot.number} [${process.pid}] asked for its ${what}`);
    if (what === "restart") return void this.replace(process).catch((error: unknown) => log(explain(error), "error"));
    void slot.stop(gracefulTimeout);
    if (this.#slots.every(({ isClosed }) => isClosed)) deserted();
  }
}
