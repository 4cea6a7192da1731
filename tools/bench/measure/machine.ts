import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { busySeconds } from "./process-tree.ts";

/** What a measurement was made with; without it a figure says nothing. */
export interface Machine {
  readonly date: string;
  readonly node: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  /** Versions of the peers and of the programs from PATH, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Which CPUs the two ends of a measurement run on: the server has one for itself. */
export interface Placement {
  readonly server: number;
  readonly client: number;
  readonly all: readonly number[];
}

/** The place of a program on PATH, or undefined. */
export const findProgram = (name: string): string | undefined => {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
};

export const describeMachine = (): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  node: process.versions.node,
  kernel: `${process.platform} ${release()}`,
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: allowedCpus().length,
  versions: {
    ...peerVersions(),
    ...programVersion("nginx", ["-v"], /nginx\/(\S+)/),
    ...programVersion("wrk", ["-v"], /^wrk (?:\w+\/)?(\S+)/),
  },
});

/** The first CPU that this process may use serves, the second one makes the load. */
export const placement = (): Placement => {
  const all = allowedCpus();
  const [server = 0, client = server] = all;
  return { server, client, all: [...new Set([server, client])] };
};

/** CPU numbers from a list such as `0-3,6`. */
export const parseCpuList = (list: string): number[] =>
  list
    .trim()
    .split(",")
    .flatMap((part) => {
      const [first = 0, last = first] = part.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });

/** How much of some CPUs other programs use, from 0 to 1; to be asked while nothing is measured. */
export const busyShare = async (among: readonly number[], millis = 1000): Promise<number> => {
  const startedAt = performance.now();
  const before = busySeconds(among);
  await delay(millis);
  return ((busySeconds(among) - before) * 1000) / (performance.now() - startedAt) / among.length;
};

const allowedCpus = (): number[] => {
  const status = readFileSync("/proc/self/status", "utf8");
  return parseCpuList(/^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? "0");
};

/** The peers are pinned to exact versions in package.json, which is therefore the place to read them. */
const peerVersions = (): Record<string, string> => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const dependencies = manifest instanceof Object && "dependencies" in manifest ? Object.entries(Object(manifest.dependencies)) : [];
  return Object.fromEntries(
    dependencies.map(([name, version]) => [name, String(version)]).filter(([, version]) => /^\d/.test(version ?? "")),
  );
};

const programVersion = (name: string, parameters: string[], pattern: RegExp): Record<string, string> => {
  const program = findProgram(name);
  if (program === undefined) return {};
  const version = pattern.exec(outputOf(program, parameters))?.[1];
  return { [name]: version ?? "unknown version" };
};

/** Both outputs: programs disagree on where a version is printed and on the exit code of printing it. */
const outputOf = (program: string, parameters: string[]): string => {
  try {
    return execFileSync("sh", ["-c", '"$0" "$@" 2>&1 || true', program, ...parameters], { encoding: "utf8", timeout: 5000 });
  } catch {
    return "";
  }
};

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
