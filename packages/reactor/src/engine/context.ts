import { tmpdir } from "node:os";
import { EngineCoordinator } from "../coordination/engine-coordinator.ts";
import { LastUpdates } from "../coordination/last-updates.ts";
import type { HostTable } from "../host/host-table.ts";
import type { NodeRequest } from "../http/types.ts";
import { Loggers } from "../log/loggers.ts";
import { describeError } from "../log/traceback.ts";
import { ThreadPool } from "../threads/thread-pool.ts";
import { TransactionIdentity } from "../was/transaction.ts";
import type { StatusReport } from "../was/services.ts";
import { Wac } from "../was/wac.ts";
import { Was, type WasClass } from "../was/was.ts";
import type { ResolvedEngineOptions } from "./options.ts";
import { statusPage } from "./status.ts";

export interface ContextParts {
  readonly options: ResolvedEngineOptions;
  readonly hosts: HostTable;
  /** Requests whose client waits for `100 Continue`. */
  readonly expecting: WeakSet<NodeRequest>;
  status(filter?: string): StatusReport;
  /** An answer had a status from 500 on, or broke off. */
  failed(): void;
  emit(event: "rotated" | "restart" | "shutdown"): void;
  /** A key was updated, in whichever worker. */
  changed(key: string, args: readonly unknown[]): void;
}

/** What all requests of one engine share. */
export interface EngineContext {
  readonly logs: Loggers;
  readonly wac: Wac;
  /** This engine's own class of `was` objects. */
  readonly Was: WasClass;
  readonly coordination: EngineCoordinator;
  readonly updates: LastUpdates;
  /** Undefined with `threads: 0`. */
  readonly threads: ThreadPool | undefined;
}

/** Makes the logs, `wac` and the class of `was` of one engine. Nothing is opened yet. */
export const createContext = ({ options, hosts, expecting, status, failed, emit, changed }: ContextParts): EngineContext => {
  const { name, logPath, workerId, workers, config, limits, proxies, responses } = options;
  const logs = new Loggers({
    ...(logPath !== undefined && { path: logPath }),
    verbose: options.verbose,
    maxSize: options.maxLogSize,
    keep: options.keepLogs,
    rotates: workerId === "M",
    onRotated: () => emit("rotated"),
  });
  class EngineWas extends Was {}
  const coordination = new EngineCoordinator(options.coordinator, (error) => logs.get("server").log(describeError(error), "expt"));
  const updates = new LastUpdates({ coordinator: () => coordination.get(), changed });
  const threads = options.threads === 0 ? undefined : new ThreadPool({ threads: options.threads, directory: options.directory });
  const wac = new Wac({ name, logger: logs, config, workerId, workers, coordination, updates, threads }, EngineWas);
  const services: Was["services"] = {
    identity: new TransactionIdentity(name),
    proxies,
    responses,
    maxPostBodySize: limits.maxPostBodySize,
    maxMultipartBodySize: limits.maxMultipartBodySize,
    temporaryPath: options.varPath ?? tmpdir(),
    updates,
    threads,
    failed,
    appsOf: (host) => hosts.of(host).apps,
    status,
    statusPage: (filter) => statusPage(status(filter)),
    lifecycle: emit,
    awaitsContinue: (req) => expecting.delete(req),
  };
  Object.defineProperties(EngineWas.prototype, { wac: { value: wac }, services: { value: services } });
  return { logs, wac, Was: EngineWas, coordination, updates, threads };
};
