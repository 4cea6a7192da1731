import { SkitaiError } from "./errors.ts";

/** What the command line of a service script asks for. */
export interface Command {
  readonly action: "run" | "start" | "stop" | "restart" | "status" | "help";
  /** Show logs on the console as well. */
  readonly verbose: boolean;
  /** Finish what is under way before the end. */
  readonly graceful: boolean;
}

const actions: Record<string, Command["action"]> = {
  start: "start",
  "-d": "start",
  stop: "stop",
  "-s": "stop",
  restart: "restart",
  "-r": "restart",
  status: "status",
  help: "help",
  "-h": "help",
  "--help": "help",
};

const flags: Record<string, "verbose" | "graceful"> = {
  "-v": "verbose",
  "--verbose": "verbose",
  "-g": "graceful",
  "--graceful": "graceful",
};

/** What each flag belongs to. A service in the background has no console on which anybody could see logs. */
const flagged: Record<"verbose" | "graceful", readonly Command["action"][]> = {
  verbose: ["run", "stop", "status", "help"],
  graceful: ["stop", "help"],
};

/**
 * Reads `node app.ts [start|stop [-g]|restart|status|help|-v]`.
 *
 * @throws SKITAI_UNKNOWN_COMMAND
 */
export const parseCommand = (args: readonly string[]): Command => {
  const command: { -readonly [Part in keyof Command]: Command[Part] } = { action: "run", verbose: false, graceful: false };
  for (const value of args) {
    if (Object.hasOwn(flags, value)) command[flags[value]!] = true;
    else if (Object.hasOwn(actions, value) && command.action === "run") command.action = actions[value]!;
    else throw new SkitaiError("SKITAI_UNKNOWN_COMMAND", { value });
  }
  const { action } = command;
  for (const [name, owners] of Object.entries(flagged) as [keyof typeof flagged, readonly Command["action"][]][]) {
    if (!command[name] || owners.includes(action)) continue;
    const flag = args.find((value) => flags[value] === name);
    throw new SkitaiError("SKITAI_UNKNOWN_COMMAND", { value: action === "run" ? flag : `${action} ${flag}` });
  }
  return command;
};

/**
 * What `help` prints.
 *
 * @param script the file name of the service's script.
 */
export const usage = (script: string): string => `Usage: node ${script} [command]

  -v, --verbose        run in the foreground, and show on the console what goes into log files
  start, -d            run in the background
  stop, -s             stop soon: what is not finished in stopTimeout (1 s) is cut off
  stop -g, --graceful  stop when what is under way is finished, after gracefulTimeout (30 s) in any case
  restart, -r          put new workers in the place of all, and lose no request
  status               tell whether it runs; the exit code is 0 if it does
  help, -h, --help     show this

Without a command it runs in the foreground until Ctrl-C.`;
