import { SkitaiError } from "./errors.ts";

/** What the command line of a service script asks for. */
export interface Command {
  readonly action: "run" | "start" | "stop" | "restart" | "status";
  /** Show logs on the console as well. */
  readonly verbose: boolean;
}

const actions: Record<string, Command["action"]> = {
  start: "start",
  "-d": "start",
  stop: "stop",
  "-s": "stop",
  restart: "restart",
  "-r": "restart",
  status: "status",
};

/**
 * Reads `node app.ts [start|stop|restart|status|-v]`.
 *
 * @throws SKITAI_UNKNOWN_COMMAND
 */
export const parseCommand = (args: readonly string[]): Command => {
  let action: Command["action"] = "run";
  let verbose = false;
  for (const value of args) {
    if (value === "-v" || value === "--verbose") verbose = true;
    else if (Object.hasOwn(actions, value) && action === "run") action = actions[value]!;
    else throw new SkitaiError("SKITAI_UNKNOWN_COMMAND", { value });
  }
  // Nobody would see it: a service in the background has no console.
  if (verbose && (action === "start" || action === "restart")) throw new SkitaiError("SKITAI_UNKNOWN_COMMAND", { value: `${action} -v` });
  return { action, verbose };
};
