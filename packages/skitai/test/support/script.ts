import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A script that was started as `node <script> <args>`. */
export interface Script {
  readonly pid: number;
  /** What it wrote to standard output so far. */
  out(): string;
  /** Waits until its output matches. Fails when the script ends before. */
  until(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts a script from source, with what it is to do in `SERVICE`. */
export const startScript = (script: string, args: readonly string[], wish: unknown): Script => {
  const child = spawn(process.execPath, ["--conditions=skitai-source", script, ...args], {
    cwd: "/",
    env: { ...process.env, SERVICE: JSON.stringify(wish) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  let changed = Promise.withResolvers<void>();
  const tell = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    tell();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  let over = false;
  child.on("close", (code) => {
    over = true;
    resolve({ code, out, err });
    tell();
  });
  return {
    pid: child.pid!,
    out: () => out,
    ended,
    until: async (pattern) => {
      while (!pattern.test(out)) {
        if (over) throw new Error(`It ended without ${pattern}: ${out}${err}`);
        await changed.promise;
      }
    },
  };
};

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> => {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer().on("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
  return promise;
};
