import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import type { Hub } from "../coordination/hub.ts";
import { ReactorError } from "../errors.ts";
import type { BindAddress } from "../http/acceptor.ts";
import { bindAddress } from "../http/listener.ts";
import { LocalAcceptor } from "../http/local-acceptor.ts";
import { Crew } from "./crew.ts";
import { CriticalPoint } from "./critical-point.ts";
import { Distributor } from "./distributor.ts";
import { explain } from "./start-failure.ts";
import { Reloader } from "./reloader.ts";
import type { ResolvedRunOptions } from "./run-options.ts";
import type { BoundAddress, ServerLog } from "./served-engine.ts";
import type { ServiceBody } from "./service-body.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface MasterParts {
  readonly log: ServerLog;
  /** Connects the workers. It lives longer than each of them. */
  readonly hub: Hub;
  /** The last worker was shut down by an app. */
  readonly deserted: () => void;
}

/** A service of workers: this process has the ports, and hands connections on. */
export class MasterBody implements ServiceBody {
  readonly role = "master";
  readonly #options: ResolvedRunOptions;
  readonly #parts: MasterParts;
  readonly #distributor: Distributor;
  readonly #reloader: Reloader | undefined;
  #crew: Crew | undefined;
  #closed = false;
  #criticalPoint: CriticalPoint<WorkerProcess> | undefined;

  constructor(options: ResolvedRunOptions, parts: MasterParts) {
    this.#options = options;
    this.#parts = parts;
    const { log } = parts;
    this.#distributor = new Distributor(() => this.#crew?.processes() ?? [], overflowReport(log));
    if (options.useReloader !== false) this.#reloader = new Reloader({ replace: () => this.restart(), log });
  }

  async open(): Promise<readonly BoundAddress[]> {
    const { listen, reusePort, criticalPoint, useReloader } = this.#options;
    const bound: AddressInfo[] = [];
    for (const options of listen) {
      const bind = bindAddress(options);
      bound.push(await (reusePort ? probe(bind) : this.#distributor.open(bind)));
    }
    if (this.#closed) throw new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED");
    const { workers, respawn, readyTimeout, gracefulTimeout } = this.#options;
    const { log, hub, deserted } = this.#parts;
    const distributor = this.#distributor;
    const crew = new Crew({
      workers,
      bound,
      hub,
      respawn,
      readyTimeout,
      gracefulTimeout,
      log,
      deserted,
      free: () => distributor.distribute(),
      returned: (connection) => distributor.restore(connection),
      watch: (paths) => this.#reloader?.watch(paths),
    });
    this.#crew = crew;
    await crew.start();
    if (useReloader === true && process.argv[1] !== undefined) this.#reloader?.watch([dirname(process.argv[1])]);
    if (criticalPoint) {
      const exceeded = (worker: WorkerProcess): void => void crew.replace(worker).catch((error: unknown) => log(explain(error), "error"));
      this.#criticalPoint = new CriticalPoint({ limits: criticalPoint, workers: () => crew.processes(), exceeded, log });
    }
    return bound.map(({ address, port }) => ({ address, port }));
  }

  async restart(): Promise<void> {
    await this.#crew?.replaceAll();
  }

  logsRotated(): void {
    for (const worker of this.#crew?.processes() ?? []) worker.reopenLogs();
  }

  async close(timeout: number): Promise<void> {
    this.#closed = true;
    const before = performance.now();
    this.#criticalPoint?.[Symbol.dispose]();
    await Promise.all([this.#reloader?.[Symbol.asyncDispose](), this.#distributor.stop(timeout / 2)]);
    await this.#crew?.stop(Math.max(0, timeout - (performance.now() - before)));
    this.#distributor.abandon();
  }

  kill(): void {
    this.#crew?.kill();
  }
}

/** Finds out whether a port is free, and which one the system chooses, for workers that bind it themselves. */
const probe = async (bind: BindAddress): Promise<AddressInfo> => {
  const acceptor = new LocalAcceptor();
  const bound = await acceptor.open(bind, (socket) => socket.destroy());
  await acceptor.stop();
  return bound;
};

/** How often at most the log hears of connections that were turned away, in milliseconds. */
const reportInterval = 1_000;

const overflowReport = (log: ServerLog): (() => void) => {
  let last = -reportInterval;
  return () => {
    const now = performance.now();
    if (now - last < reportInterval) return;
    last = now;
    log("too many connections wait for a worker, closing new ones", "error");
  };
};
