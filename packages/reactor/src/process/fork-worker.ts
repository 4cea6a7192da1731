import cluster, { type Worker } from "node:cluster";
import { workerEnvironment, type WorkerRole } from "./role.ts";
import { processTitle } from "./title.ts";

/**
 * Starts this process's script once more, as a worker. Its standard error is a pipe: what it wrote last says why it died.
 *
 * The title comes as an option because a process has only as much room for it as its command line is long.
 */
export const forkWorker = (role: WorkerRole): Worker => {
  cluster.setupPrimary({
    execArgv: [...process.execArgv, `--title=${processTitle(process.argv[1], `worker #${role.number}`)}`],
    stdio: ["inherit", "inherit", "pipe", "ipc"],
  });
  return cluster.fork(workerEnvironment(role));
};
