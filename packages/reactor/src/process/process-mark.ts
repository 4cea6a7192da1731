import { readdirSync, readFileSync } from "node:fs";
import { readProcStat } from "./proc-stat.ts";
import { psParents, psStart } from "./ps.ts";

/**
 * What tells a process from every other one that has had, or will have, the same id: when it was started, and in which run of the system.
 * Undefined when there is no such process; empty where the system does not say.
 */
export const processMark = (pid: number): string | undefined => {
  if (!exists(pid)) return undefined;
  if (process.platform === "linux") return linuxMark(pid);
  if (process.platform === "win32") return "";
  return psStart(pid);
};

/** The ids of all processes that a process has started, and that those have started. */
export const descendants = (pid: number): number[] => {
  const children = Map.groupBy(process.platform === "linux" ? linuxParents() : psParents(), ([, parent]) => parent);
  const below = (parent: number): number[] => (children.get(parent) ?? []).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
};

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return Reflect.get(Object(error), "code") === "EPERM";
  }
};

const linuxMark = (pid: number): string | undefined => {
  const stat = readProcStat(pid);
  if (!stat || stat.state === "Z" || stat.state === "X") return undefined;
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()} ${stat.started}`;
};

const linuxParents = (): [pid: number, parent: number][] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name): [number, number] => [Number(name), readProcStat(Number(name))?.parent ?? 0]);
