import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { randomInt } from "node:crypto";
import { accessSync, constants, globSync, statSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ServerProcess } from "./contract.ts";

/** The file of a program on PATH, in the places of system programs, or at one of some further patterns; the last match of a pattern wins. */
export const findProgram = (names: readonly string[], patterns: readonly string[] = []): string | undefined => {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"].filter(Boolean);
  const candidates = names.flatMap((name) => directories.map((directory) => join(directory, name)));
  return [...candidates, ...patterns.flatMap((pattern) => globSync(pattern).toSorted(byNumber).toReversed())].find(isProgram);
};

const byNumber = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
};

/** A port that nobody listens on, below those that systems give to outgoing connections, so that it most likely stays free. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) return port;
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** Who a server runs as. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** A throw-away directory that only its owner may enter. */
export const scratchDirectory = async (owner?: Identity): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), "skitai-service-"));
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  return path;
};

export interface ProgramOptions extends Pick<SpawnOptions, "cwd" | "env"> {
  readonly identity?: Identity | undefined;
  /** Resolves when the server answers; asked again until then, with what it printed so far. */
  readonly answers: (printed: string) => Promise<unknown>;
  /** The signal that asks for the end. @default "SIGTERM" */
  readonly endSignal?: NodeJS.Signals;
  /** Removed after the end. */
  readonly scratch?: string;
}

/** A server in a process group of its own. */
export class ServerProgram implements ServerProcess {
  readonly #child: ChildProcess;
  readonly #options: ProgramOptions;
  #printed = "";

  private constructor(file: string, parameters: readonly string[], options: ProgramOptions) {
    this.#options = options;
    this.#child = spawn(file, parameters, {
      cwd: options.cwd,
      env: options.env,
      ...options.identity,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.once("error", (error) => (this.#printed += error.message));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#printed = (this.#printed + text).slice(-4000)));
    }
  }

  /** Starts a server and waits until it answers. @throws Error with what it printed, when it ends first or takes longer than 20 s */
  static async start(file: string, parameters: readonly string[], options: ProgramOptions): Promise<ServerProgram> {
    const program = new ServerProgram(file, parameters, options);
    for (const deadline = Date.now() + 20_000; ; await delay(20)) {
      try {
        await options.answers(program.#printed);
        return program;
      } catch (cause) {
        const ended = program.#ended;
        if (!ended && Date.now() < deadline) continue;
        await program.stop();
        throw new Error(`${file} ${ended ? "ended at once" : "does not answer"}.\n${program.#printed}`, { cause });
      }
    }
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended by itself.
    }
  }

  /** Ends all its processes, by force after 3 s, and removes its directory. */
  async stop(): Promise<void> {
    if (!this.#ended) {
      const exited = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
      this.signal("SIGCONT");
      this.#child.kill(this.#options.endSignal ?? "SIGTERM");
      await Promise.race([exited, delay(3000, undefined, { ref: false })]);
      this.signal("SIGKILL");
      await exited;
    }
    if (this.#options.scratch !== undefined) await rm(this.#options.scratch, { recursive: true, force: true, maxRetries: 3 });
  }

  get #ended(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
