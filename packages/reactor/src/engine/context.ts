import { tmpdir } from "node:os";
import type { HostTable } from "../host/host-table.ts";
import type { NodeRequest } from "../http/types.ts";
import { Loggers } from "../log/loggers.ts";
import { TransactionIdentity } from "../was/transaction.ts";
import { Wac } from "../was/wac.ts";
import { Was, type WasClass } from "../was/was.ts";
import type { ResolvedEngineOptions } from "./options.ts";
import type { StatusReport } from "./status.ts";

export interface ContextParts {
  readonly options: ResolvedEngineOptions;
  readonly hosts: HostTable;
  /** Requests whose client waits for `100 Continue`. */
  readonly expecting: WeakSet<NodeRequest>;
  status(filter?: string): StatusReport;
  emit(event: "rotated" | "restart" | "shutdown"): void;
}

/** What all requests of one engine share. */
export interface EngineContext {
  readonly logs: Loggers;
  readonly wac: Wac;
  /** This engine's own class of `was` objects. */
  readonly Was: WasClass;
}

/** Makes the logs, `wac` and the class of `was` of one engine. Nothing is opened yet. */
export const createContext = ({ options, hosts, expecting, status, emit }: ContextParts): EngineContext => {
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
  const wac = new Wac({ name, logger: logs, config, workerId, workers }, EngineWas);
  const services: Was["services"] = {
    identity: new TransactionIdentity(name),
    proxies,
    responses,
    maxPostBodySize: limits.maxPostBodySize,
    maxMultipartBodySize: limits.maxMultipartBodySize,
    temporaryPath: options.varPath ?? tmpdir(),
    appsOf: (host) => hosts.of(host).apps,
    status,
    lifecycle: emit,
    awaitsContinue: (req) => expecting.delete(req),
  };
  Object.defineProperties(EngineWas.prototype, { wac: { value: wac }, services: { value: services } });
  return { logs, wac, Was: EngineWas };
};
