import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { waitingTime, type Duration } from "../units.ts";
import { settlesWithin } from "../internal/waiting.ts";
import { errorLine } from "./error-output.ts";
import { killTree } from "./kill-tree.ts";
import { isOurs, type FromService } from "./messages.ts";
import { awaitedEnvironment } from "./role.ts";
import { processTitle } from "./title.ts";

/** A service to be started in the background. */
export interface DaemonOptions {
  /** The absolute path of the script, which calls `run()` with the same pid file. */
  script: string;
  /** Arguments of the script. @default [] */
  args?: readonly string[];
  /** Options of Node. @default those of this process */
  execArgv?: readonly string[];
  /** The file that says which process it is. */
  pidFile: string;
  /** The file for what it writes to its standard output and standard error; it is appended to. */
  outputFile: string;
  /** Until it must serve. @default "60s" */
  startTimeout?: Duration;
}

/** How a launch ended. */
export type LaunchOutcome = { readonly pid: number } | { readonly problem: string };

/** What a launch may say before it fails, in bytes. */
const longestOutput = 1024 * 1024;

/** The end of what was added to a file since it had a size; the file itself may be of any size. */
const writtenSince = (path: string, before: number): string => {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const start = Math.max(before, size - longestOutput);
    const text = Buffer.alloc(Math.max(0, size - start));
    return text.toString("utf8", 0, readSync(file, text, 0, text.length, start));
  } finally {
    closeSync(file);
  }
};

/** Starts the service apart from this process and its terminal, and waits until it serves or has failed. */
export const launch = async (options: DaemonOptions): Promise<LaunchOutcome> => {
  mkdirSync(dirname(options.outputFile), { recursive: true });
  const output = openSync(options.outputFile, "a", 0o640);
  const before = statSync(options.outputFile).size;
  const title = `--title=${processTitle(options.script, "master")}`;
  const child = spawn(process.execPath, [...(options.execArgv ?? process.execArgv), title, options.script, ...(options.args ?? [])], {
    cwd: dirname(options.script),
    detached: true,
    // eslint-disable-next-line node/no-process-env -- a service inherits the environment, and adds to it
    env: { ...process.env, ...awaitedEnvironment() },
    stdio: ["ignore", output, output, "ipc"],
  });
  closeSync(output);
  const { promise, resolve } = Promise.withResolvers<LaunchOutcome>();
  child.on("message", (news: unknown) => {
    if (!isOurs<FromService>(news)) return;
    resolve(news.skitai === "serving" ? { pid: news.pid } : { problem: news.message });
  });
  child.once("error", (error) => resolve({ problem: error.message }));
  const exited = (code: number | null, signal: NodeJS.Signals | null): void => {
    const words = errorLine(writtenSince(options.outputFile, before));
    resolve({ problem: words === "" ? `it ended ${signal ? `by ${signal}` : `with code ${code}`}` : words });
  };
  child.once("exit", exited);
  const timeout = waitingTime(options.startTimeout ?? "60s", "startTimeout");
  if (!(await settlesWithin(promise, timeout))) {
    child.kill("SIGTERM");
    resolve({ problem: `it does not serve after ${timeout / 1_000} s` });
  }
  const outcome = await promise;
  child.off("exit", exited);
  if ("problem" in outcome) await ending(child);
  if (child.connected) child.disconnect();
  child.unref();
  return outcome;
};

/** How long a service that failed has to end by itself, in milliseconds. */
const endingTime = 2_000;

/** Sees to it that a service which failed is gone. */
const ending = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (await settlesWithin(new Promise((resolve) => child.once("exit", resolve)), endingTime)) return;
  killTree(child.pid);
};
