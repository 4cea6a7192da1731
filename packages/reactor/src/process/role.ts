import cluster from "node:cluster";
import type { AddressInfo } from "node:net";
import { ReactorError } from "../errors.ts";

/** The variable by which a master tells a worker who it is. */
const variable = "SKITAI_WORKER";

/** Who a worker is. */
export interface WorkerRole {
  /** From 0; a worker that takes the place of another gets its number. */
  readonly number: number;
  /** What the master listens on, in the order of the `listen` option. */
  readonly bound: readonly AddressInfo[];
  /** It takes the place of a worker that served before. */
  readonly successor: boolean;
}

/** The environment that makes a new process a worker. */
export const workerEnvironment = (role: WorkerRole): Record<string, string> => ({ [variable]: JSON.stringify(role) });

/**
 * Who this process is among the workers of a service; undefined when it is none of them.
 *
 * @throws SKITAI_REACTOR_BAD_OPTION in the worker of somebody else's cluster.
 */
export const workerRole = (): WorkerRole | undefined => {
  if (!cluster.isWorker) return undefined;
  // eslint-disable-next-line node/no-process-env -- the one place
  const value = process.env[variable];
  if (value !== undefined) return JSON.parse(value) as WorkerRole;
  const hint = "This process is a worker of another cluster, which starts the processes. Let one of them do it.";
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "run()", value: "used here", hint });
};

/** This worker's number from 0; undefined in a master and in a single process. */
export const workerNumber = (): number | undefined => (cluster.isWorker ? workerRole()?.number : undefined);

/** The variable that says who waits for news of a service, by process id: a mere IPC channel may serve something else. */
const awaitedBy = "SKITAI_AWAITED_BY";

/** The environment of a service whose start this process waits for. */
export const awaitedEnvironment = (): Record<string, string> => ({ [awaitedBy]: String(process.pid) });

/** Whether the process that started this one waits for news of it. */
// eslint-disable-next-line node/no-process-env -- the one place
export const isAwaited = (): boolean => process.connected && process.env[awaitedBy] === String(process.ppid);
