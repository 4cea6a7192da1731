import { createHash } from "node:crypto";
import { accessSync, constants, lstatSync, mkdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import {
  daemonStatus,
  exitCodes,
  exitFailed,
  restartDaemon,
  run,
  startDaemon,
  stopDaemon,
  waitingTime,
  workerNumber,
  type CommandResult,
  type Service,
  type StopOptions,
} from "@skitai/reactor";
import { parseCommand, usage, type Command } from "./command.ts";
import { takeApart, type SkitaiRunOptions } from "./run-options.ts";
import { SkitaiError } from "./errors.ts";
import { serviceName, startScript } from "./script.ts";
import type { ServicePlan } from "./service-plan.ts";

/** Does what the command line asks for; in a worker, serves. */
export const runService = async (plan: ServicePlan, options: SkitaiRunOptions): Promise<Service | undefined> => {
  const script = startScript();
  if (script === undefined) throw new SkitaiError("SKITAI_NO_SCRIPT");
  try {
    const number = workerNumber();
    const command: Command =
      number === undefined
        ? parseCommand(process.argv.slice(2))
        : { action: "run", verbose: process.argv.includes("-v") || process.argv.includes("--verbose"), graceful: false };
    const pidFile = options.pidFile ?? join(dirname(script), `.${nameOf(script)}.pid`);
    if (command.action === "help") return finish({ code: exitCodes.stopped, message: usage(basename(script)) });
    plan.check();
    if (command.action !== "run") return finish(await commanded(command, script, pidFile, options));
    process.chdir(dirname(script));
    return await serve(plan, options, { script, pidFile, verbose: command.verbose, number });
  } catch (error) {
    return exitFailed(error);
  }
};

interface Circumstances {
  script: string;
  pidFile: string;
  verbose: boolean;
  /** Of this worker; undefined in a master and in a single process. */
  number: number | undefined;
}

const serve = async (
  plan: ServicePlan,
  options: SkitaiRunOptions,
  { script, pidFile, verbose, number }: Circumstances,
): Promise<Service> => {
  const { bind, certificate, engineOptions, runOptions } = takeApart(options);
  const { workers = 1 } = options;
  plan.tls = certificate ?? plan.tls;
  const engine = plan.build(
    {
      name: serviceName(script),
      verbose,
      ...engineOptions,
      directory: dirname(script),
      workers,
      workerId: number === undefined ? "M" : `W${number}`,
    },
    () => ownDirectory(defaultVarPath(script)),
  );
  const service = await run(engine, {
    ...(plan.criticalPoint && { criticalPoint: plan.criticalPoint }),
    ...runOptions,
    workers,
    listen: plan.listeners(bind),
    ...(options.pidFile !== undefined || isWritable(dirname(pidFile)) ? { pidFile } : {}),
  });
  if (number === undefined) announce(plan, service, workers);
  return service;
};

/** Where to point a browser, on the terminal of whoever started it. */
const announce = (plan: ServicePlan, service: Service, workers: number): void => {
  if (!process.stdout.isTTY && process.connected) return;
  const [first] = service.addresses;
  if (!first) return;
  const host = first.address.includes(":") ? `[${first.address}]` : first.address;
  const serving = workers === 0 ? "in this process" : `${workers} worker${workers === 1 ? "" : "s"}`;
  process.stdout.write(`Serving http${plan.tls ? "s" : ""}://${host}:${first.port} (${serving}). Ctrl-C stops it.\n`);
};

const commanded = (
  { action, graceful }: Command,
  script: string,
  pidFile: string,
  options: SkitaiRunOptions,
): Promise<CommandResult> | CommandResult => {
  if (action === "stop") return stopDaemon(pidFile, graceful ? gracefulStop(options) : promptStop(options));
  if (action === "status") return daemonStatus(pidFile);
  const outputFile = join(options.logPath ?? options.varPath ?? ownDirectory(defaultVarPath(script)), "console.log");
  return (action === "start" ? startDaemon : restartDaemon)({ script, pidFile, outputFile });
};

/** How much longer than the service itself a command waits for its end before it kills it, in milliseconds. */
const margin = 5_000;

const promptStop = ({ stopTimeout = "1s" }: SkitaiRunOptions): StopOptions => ({
  signal: "SIGTERM",
  timeout: waitingTime(stopTimeout, "stopTimeout") + margin,
});

const gracefulStop = ({ gracefulTimeout = "30s" }: SkitaiRunOptions): StopOptions => ({
  signal: "SIGQUIT",
  timeout: waitingTime(gracefulTimeout, "gracefulTimeout") + margin,
});

const finish = ({ code, message }: CommandResult): never => {
  (code === 0 ? process.stdout : process.stderr).write(`${message}\n`);
  process.exit(code);
};

/** A place of its own for each script, that survives a reboot of the machine. */
const defaultVarPath = (script: string): string =>
  join("/var/tmp", `skitai-${nameOf(script)}-${createHash("sha256").update(dirname(script)).digest("hex").slice(0, 8)}`);

/**
 * Makes a directory for this user alone. In a place where everybody may write, somebody else may have put one there first, with links in it.
 *
 * @throws SKITAI_FOREIGN_DIRECTORY
 */
const ownDirectory = (path: string): string => {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new SkitaiError("SKITAI_FOREIGN_DIRECTORY", { value: path }, { cause });
  }
  const found = lstatSync(path);
  const owner = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o022) !== 0)
    throw new SkitaiError("SKITAI_FOREIGN_DIRECTORY", { value: path });
  return path;
};

const nameOf = (script: string): string => basename(script, extname(script));

const isWritable = (directory: string): boolean => {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};
