import { readdirSync, readFileSync } from "node:fs";

/** The unit of the times in /proc: always a hundredth of a second towards programs (proc(5), `USER_HZ`). */
const ticksPerSecond = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time in seconds of the process and of those of its children that ended and were waited for. */
  readonly cpuSeconds: number;
}

/** A process and all its descendants that live now, the root first. */
export const processTree = (root: number): number[] => {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : undefined;
    if (stat === undefined) continue;
    const siblings = children.get(stat.parent);
    if (siblings === undefined) children.set(stat.parent, [stat.pid]);
    else siblings.push(stat.pid);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
};

/** User and system time in seconds of each process of a tree. */
export const cpuSecondsByProcess = (root: number): Map<number, number> => {
  const times = new Map<number, number>();
  for (const pid of processTree(root)) {
    const seconds = preciseCpuSeconds(pid) ?? statOf(pid)?.cpuSeconds;
    if (seconds !== undefined) times.set(pid, seconds);
  }
  return times;
};

/** User and system time in seconds of a whole tree. */
export const cpuSecondsOfTree = (root: number): number => sum(cpuSecondsByProcess(root).values());

/** Resident memory of a process in bytes. */
export const residentBytes = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
};

/** Seconds in which the given CPUs did something, since the machine started. Time that the host took away counts as busy. */
export const busySeconds = (cpus: readonly number[]): number => {
  const lines = readFileSync("/proc/stat", "utf8").split("\n");
  const busy = cpus.map((cpu) => {
    const line = lines.find((candidate) => candidate.startsWith(`cpu${cpu} `)) ?? "";
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(" ").slice(1).map(Number);
    return user + nice + system + irq + softirq + steal;
  });
  return sum(busy) / ticksPerSecond;
};

/**
 * The same time to the nanosecond, where the kernel keeps it (it does not on every machine): the run time of all threads.
 * Threads that ended are missing in it, so it serves only servers whose threads stay.
 */
const preciseCpuSeconds = (pid: number): number | undefined => {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return sum(threads.map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]))) / 1e9;
  } catch {
    return undefined;
  }
};

const statOf = (pid: number): Stat | undefined => {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in parentheses and may hold anything, parentheses too.
    const fields = line
      .slice(line.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [utime = 0, stime = 0, childrenUtime = 0, childrenStime = 0] = fields.slice(11, 15);
    return { pid, parent: fields[1] ?? 0, cpuSeconds: (utime + stime + childrenUtime + childrenStime) / ticksPerSecond };
  } catch {
    // It ended between the listing and the reading.
    return undefined;
  }
};

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
