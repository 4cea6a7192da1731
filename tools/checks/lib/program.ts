import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "./command.ts";

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** How a program is started. */
export interface ProgramOptions {
  /** What comes before the file on the command line. */
  nodeArguments?: readonly string[];
  /** Joins this process's environment. */
  env?: Readonly<Record<string, string>>;
}

/** A program under test with all its processes, as one foreground job of a terminal. */
export class Program {
  readonly #child: ChildProcess;
  readonly #group: number;
  #printed = "";
  readonly #leave = (): void => this.kill();

  /** Starts a file with a Node.js binary. */
  constructor(node: string, file: string, cwd: string, { nodeArguments = [], env = {} }: ProgramOptions = {}) {
    this.#child = spawn(node, [...nodeArguments, file], {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (this.#child.pid === undefined) throw new Error(`${node} does not start.`);
    this.#group = this.#child.pid;
    process.once("exit", this.#leave);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text) => (this.#printed += text));
  }

  /** What it wrote to the console so far. */
  get printed(): string {
    return this.#printed;
  }

  /** Waits until `ask` succeeds. Throws with what the program printed when it ends first, or takes longer than 20 s. */
  async ready(ask: () => Promise<unknown>): Promise<void> {
    for (const deadline = Date.now() + 20_000; ; await delay(30)) {
      try {
        await ask();
        return;
      } catch (cause) {
        if (this.#ended) throw new Error(`The program ended before it served.\n${this.#printed}`, { cause });
        if (Date.now() > deadline) throw new Error(`The program does not answer.\n${this.#printed}`, { cause });
      }
    }
  }

  /** How many processes it has. */
  async count(): Promise<number> {
    const groups = await run("ps", ["-A", "-o", "pgid="], { cwd: "/" });
    return groups.split("\n").filter((line) => Number(line) === this.#group).length;
  }

  /** Presses Ctrl-C: every process of the job gets SIGINT. Resolves to the milliseconds until none is left; throws after `limit`. */
  async interrupt(limit: number): Promise<number> {
    const start = performance.now();
    process.kill(-this.#group, "SIGINT");
    while (this.#lives) {
      if (performance.now() - start > limit) throw new Error(`Processes are left ${limit} ms after Ctrl-C.\n${this.#printed}`);
      await delay(20);
    }
    process.off("exit", this.#leave);
    return performance.now() - start;
  }

  /** Ends it as Ctrl-C does. Throws when that takes longer than 5 s, and ends what is left by force. Does nothing when it has ended. */
  async end(): Promise<void> {
    try {
      if (this.#lives) await this.interrupt(5_000);
    } finally {
      this.kill();
    }
  }

  /** Ends whatever is left, by force. */
  kill(): void {
    process.off("exit", this.#leave);
    if (this.#lives) process.kill(-this.#group, "SIGKILL");
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get #lives(): boolean {
    try {
      process.kill(-this.#group, 0);
      return true;
    } catch {
      return false;
    }
  }
}
