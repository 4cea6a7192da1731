import { Hub } from "../coordination/hub.ts";
import { describeError } from "../log/traceback.ts";
import { MasterBody } from "./master-body.ts";
import { exitCodes } from "./exit.ts";
import { workerRole } from "./role.ts";
import { resolveRunOptions, type RunOptions } from "./run-options.ts";
import type { ServedEngine, ServerLog } from "./served-engine.ts";
import type { Service } from "./service.ts";
import { SingleBody } from "./single-body.ts";
import { Supervisor } from "./supervisor.ts";
import { startWorker } from "./worker.ts";

/**
 * Runs an engine as a service: a master that has the ports, and workers that serve. Each worker runs this process's script again, and
 * comes to the same call, which makes it serve there.
 *
 * Signals: TERM and INT stop it, QUIT lets it finish what is under way, HUP replaces the workers without losing a request, USR1 rotates the
 * logs. With `workers: 0` everything happens in this process, and HUP ends it with exit code 3.
 *
 * @throws SKITAI_REACTOR_PORT_IN_USE, SKITAI_REACTOR_ALREADY_RUNNING, SKITAI_REACTOR_START_FAILED and what the engine throws when it is
 * prepared; nothing is left running then. {@link exitFailed} tells it in one line.
 * @example
 * const service = await run(engine, { listen: [{ port: 5000 }], workers: 2 }).catch(exitFailed);
 */
export const run = async (engine: ServedEngine, options: RunOptions = {}): Promise<Service> => {
  const resolved = resolveRunOptions(options);
  const role = workerRole();
  if (role) return startWorker(engine, resolved, role);
  const log: ServerLog = (message, type) => engine.wac.logger.get("server").log(message, type);
  const hub = new Hub({
    late: () => log("a worker has not confirmed an update within a second", "warn"),
    failed: (error) => log(describeError(error), "expt"),
  });
  engine.coordinate(hub.connect());
  const body =
    resolved.workers === 0
      ? new SingleBody(engine, resolved, log)
      : new MasterBody(resolved, { log, hub, deserted: () => void supervisor.exit(exitCodes.stopped, resolved.gracefulTimeout) });
  const supervisor = new Supervisor({ engine, options: resolved, body, log });
  if (resolved.workers === 0) {
    engine.on("restart", () => void supervisor.restart());
    engine.on("shutdown", () => void supervisor.exit(exitCodes.stopped, resolved.gracefulTimeout));
  }
  await supervisor.start();
  return supervisor;
};
