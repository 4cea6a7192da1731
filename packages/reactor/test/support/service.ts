import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { descendants, processMark } from "../../src/process/process-mark.ts";
import { killTree } from "../../src/process/kill-tree.ts";
import type { ServiceOptions } from "../fixtures/process/service.ts";
import { eventually } from "./eventually.ts";

/** The script of the small service that tests start. */
export const serviceScript: string = fileURLToPath(new URL("../fixtures/process/service.ts", import.meta.url));

/** How a process ended. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A service in processes of its own. */
export interface RunningService {
  readonly pid: number;
  readonly port: number;
  /** The ports of all listeners, in their order. */
  readonly ports: readonly number[];
  /** Milliseconds from its start until it served. */
  readonly startTime: number;
  readonly ended: Promise<Outcome>;
  /** What it has written so far, standard error included. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** Ids of the processes below the master. */
  children(): number[];
}

/** Starts the service and waits until it serves. It is gone after the test, whatever happens. */
export const startService = async (options: ServiceOptions): Promise<RunningService> => {
  const before = performance.now();
  const { child, output, ended } = launch({ listen: [{ port: 0 }], ...options });
  await eventually(() => output().includes("serving {") || child.exitCode !== null);
  const found = /^serving (.*)$/m.exec(output());
  if (!found) throw new Error(`The service did not start: ${output()}`);
  const { addresses } = JSON.parse(found[1]!) as { addresses: { port: number }[] };
  return {
    pid: child.pid!,
    port: addresses[0]!.port,
    ports: addresses.map(({ port }) => port),
    startTime: performance.now() - before,
    ended,
    output,
    signal: (signal) => void process.kill(child.pid!, signal),
    children: () => descendants(child.pid!),
  };
};

/** Starts a service that is to fail, and waits for its end. */
export const failService = async (options: ServiceOptions): Promise<Outcome & { output: string }> => {
  const { output, ended } = launch({ listen: [{ port: 0 }], ...options });
  return { ...(await ended), output: output() };
};

/** Whether a process lives. */
export const lives = (pid: number): boolean => processMark(pid) !== undefined;

const launch = (options: ServiceOptions): { child: ChildProcess; output: () => string; ended: Promise<Outcome> } => {
  const child = spawn(process.execPath, ["--conditions=skitai-source", serviceScript], {
    env: { ...process.env, SERVICE: JSON.stringify(options) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  const ended = new Promise<Outcome>((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  onTestFinished(() => killTree(child.pid!));
  return { child, output: () => chunks.join(""), ended };
};
