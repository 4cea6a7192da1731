import { setTimeout as wait } from "node:timers/promises";
import { waitingTime, type Duration } from "../units.ts";
import { launch, type DaemonOptions } from "./daemon.ts";
import { exitCodes } from "./exit.ts";
import { killTree } from "./kill-tree.ts";
import { isRunning, readPidFile, runningService, type PidRecord } from "./pid-file.ts";

/** What a command says, and the exit code that goes with it. */
export interface CommandResult {
  readonly code: number;
  /** One line without its end. */
  readonly message: string;
}

/** How often it is looked whether something has happened, in milliseconds. */
const pollInterval = 20;

/**
 * Starts a service in the background and waits until it serves.
 *
 * @returns 0 `running [PID]`; 1 `already running [PID]`, or why it does not serve.
 */
export const startDaemon = async (options: DaemonOptions): Promise<CommandResult> => {
  const running = runningService(options.pidFile);
  if (running) return failed(`already running [${running.pid}]`);
  const outcome = await launch(options);
  return "pid" in outcome ? succeeded(`running [${outcome.pid}]`) : failed(outcome.problem);
};

export interface StopOptions {
  /** How it is told to end: at once (TERM), or after what is under way (QUIT). @default "SIGTERM" */
  signal?: "SIGTERM" | "SIGQUIT";
  /** Until it is killed with everything that it started. @default "5s" after TERM, "35s" after QUIT */
  timeout?: Duration;
}

/** Ends a service. @returns 0 `stopped`, also when it was not running; 1 when it cannot be ended. */
export const stopDaemon = async (pidFile: string, options: StopOptions = {}): Promise<CommandResult> => {
  const running = runningService(pidFile);
  if (!running) return succeeded("stopped");
  const signal = options.signal ?? "SIGTERM";
  const timeout = waitingTime(options.timeout ?? (signal === "SIGTERM" ? "5s" : "35s"), "timeout");
  try {
    process.kill(running.pid, signal);
    if (!(await ended(running, timeout))) killTree(running.pid);
  } catch (error) {
    if (isRunning(running)) return failed(`cannot stop [${running.pid}]: ${(error as Error).message}`);
  }
  return (await ended(running, timeout)) ? succeeded("stopped") : failed(`cannot stop [${running.pid}]`);
};

export interface RestartOptions extends DaemonOptions {
  /** Until a running service must have replaced its workers. @default "5m" */
  restartTimeout?: Duration;
}

/**
 * Lets a running service start its script again in new workers without losing a request, or starts a service that is not running.
 * What belongs to the master itself, its ports and the number of its workers, changes only with stop and start.
 *
 * @returns 0 `running [PID]`; 1 and why the new workers do not serve, while those before do.
 */
export const restartDaemon = async (options: RestartOptions): Promise<CommandResult> => {
  const running = runningService(options.pidFile);
  if (!running) return startDaemon(options);
  if (process.platform === "win32") {
    // There is no HUP.
    await stopDaemon(options.pidFile);
    return startDaemon(options);
  }
  process.kill(running.pid, "SIGHUP");
  const deadline = performance.now() + waitingTime(options.restartTimeout ?? "5m", "restartTimeout");
  while (performance.now() < deadline) {
    // A service that is all in one process ends instead.
    if (!isRunning(running)) return startDaemon(options);
    const now = readPidFile(options.pidFile);
    if (now && now.restarts > running.restarts) return now.problem === "" ? succeeded(`running [${now.pid}]`) : failed(now.problem);
    await wait(pollInterval);
  }
  return failed(`[${running.pid}] has not restarted in time`);
};

/** @returns 0 `running [PID]`, or 1 `stopped`. */
export const daemonStatus = (pidFile: string): CommandResult => {
  const running = runningService(pidFile);
  return running ? succeeded(`running [${running.pid}]`) : failed("stopped");
};

const succeeded = (message: string): CommandResult => ({ code: exitCodes.stopped, message });

const failed = (message: string): CommandResult => ({ code: exitCodes.failed, message });

const ended = async (record: PidRecord, timeout: number): Promise<boolean> => {
  const deadline = performance.now() + timeout;
  while (isRunning(record)) {
    if (performance.now() >= deadline) return false;
    await wait(pollInterval);
  }
  return true;
};
