import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { firstAnswer, type HttpAnswer } from "./http-answer.ts";
import { findProgram } from "./machine.ts";
import { processTree } from "./process-tree.ts";

/** Where one server runs. */
export interface Place {
  readonly port: number;
  /** The directory of the files to serve. */
  readonly files: string;
  /** An empty directory of the server's own. */
  readonly scratch: string;
}

/** A server that can be measured. */
export interface ServerSpec {
  /** As the table shows it. */
  readonly name: string;
  /** Programs that must be on PATH. */
  readonly needs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The program and its parameters; may write configuration into `place.scratch`. */
  command(place: Place): readonly string[];
}

export interface StartOptions {
  /** CPUs to run on. */
  readonly cpus: readonly number[];
  readonly files?: string;
  /** What to ask for until there is an answer. @default "/" */
  readonly path?: string;
  /** @default 15 seconds */
  readonly timeoutMillis?: number;
}

export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to its first answer. */
  readonly startMillis: number;
  readonly firstAnswer: HttpAnswer;
}

/** A server that could not be started; the message says why in one line. */
export class ServerUnavailable extends Error {
  override readonly name = "ServerUnavailable";
}

/** A Node program of the `servers` folder, run from the sources of the packages. */
export const nodeServer = (name: string, file: string, env: Record<string, string> = {}): ServerSpec => ({
  name,
  env,
  command: () => [process.execPath, "--conditions=skitai-source", fileURLToPath(new URL(`../servers/${file}`, import.meta.url))],
});

/** Starts a server in a process of its own and waits until it answers. @throws ServerUnavailable */
export const startServer = async (spec: ServerSpec, options: StartOptions): Promise<RunningServer> => {
  for (const program of ["taskset", ...(spec.needs ?? [])]) {
    if (findProgram(program) === undefined) throw new ServerUnavailable(`${program} is not on PATH`);
  }
  const place = { port: await freePort(), files: options.files ?? "", scratch: mkdtempSync(join(tmpdir(), "skitai-bench-")) };
  const startedAt = performance.now();
  const child = spawn("taskset", ["-c", options.cpus.join(","), ...spec.command(place)], {
    env: { ...process.env, NODE_ENV: "production", ...environment(place), ...spec.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const words = lastWords(child);
  const stop = async (): Promise<void> => {
    await stopTree(child);
    rmSync(place.scratch, { recursive: true, force: true });
  };
  const ended = new AbortController();
  child.once("exit", () => ended.abort());
  const timer = setTimeout(() => ended.abort(), options.timeoutMillis ?? 15_000);
  try {
    const answer = await firstAnswer(place.port, options.path ?? "/", ended.signal);
    return {
      port: place.port,
      pid: child.pid ?? 0,
      startMillis: performance.now() - startedAt,
      firstAnswer: answer,
      [Symbol.asyncDispose]: stop,
    };
  } catch {
    const reason = child.exitCode === null ? "did not answer in time" : "ended at once";
    await stop();
    throw new ServerUnavailable([reason, words()].filter(Boolean).join(": "));
  } finally {
    clearTimeout(timer);
  }
};

const environment = (place: Place): Record<string, string> => ({
  BENCH_PORT: String(place.port),
  BENCH_FILES: place.files,
  BENCH_SCRATCH: place.scratch,
});

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address instanceof Object ? address.port : 0));
    });
  });

/** The line of a program's output that tells most about its end: the one that names an error, else the last. */
const lastWords = (child: ChildProcess): (() => string) => {
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-4000);
    });
  }
  return () => {
    const lines = tail.split("\n").filter((line) => line.trim() !== "");
    return (lines.find((line) => /^\w*error\b/i.test(line)) ?? lines.at(-1) ?? "").trim().slice(0, 200);
  };
};

const stopTree = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const tree = processTree(child.pid);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await Promise.race([exited, delay(3000, undefined, { ref: false })]);
  for (const pid of tree) killIfAlive(pid);
  await exited;
};

const killIfAlive = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
};
