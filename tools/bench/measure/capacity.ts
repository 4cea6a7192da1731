import { busySeconds, cpuSecondsByProcess } from "./process-tree.ts";
import type { RunningServer } from "./server.ts";
import { type LoadOptions, runWrk } from "./wrk.ts";

/** What a server does with the CPUs that it was given. */
export interface Capacity {
  /** Requests per second if its CPUs had been the server's alone; what it left of them unused counts against it. */
  readonly requestsPerSecond: number;
  /** Requests per second of CPU time that it used: what it cannot exceed on one CPU. */
  readonly requestsPerCpuSecond: number;
  /** CPU time of all its processes for one request, in microseconds. */
  readonly cpuMicros: number;
  /** The part of the server's CPU time that its busiest process used; 0.5 is perfect for two workers. */
  readonly busiestShare: number;
}

/**
 * Measures a server that shares its CPUs with the load generator and takes that load off again: CPU time that went to others while
 * the server was under load counts as not granted; time in which a CPU had nothing to do counts as granted and wasted.
 *
 * @param cpus the CPUs that the server may use.
 */
export const measureCapacity = async (server: RunningServer, load: LoadOptions, cpus: readonly number[]): Promise<Capacity> => {
  const startedAt = performance.now();
  const busyBefore = busySeconds(cpus);
  const before = cpuSecondsByProcess(server.pid);
  const { requests } = await runWrk(load);
  const after = cpuSecondsByProcess(server.pid);
  const busy = busySeconds(cpus) - busyBefore;
  // The time in which the client starts and ends is in it: a per cent or so that counts as unused.
  const seconds = (performance.now() - startedAt) / 1000;
  const used = [...after].map(([pid, cpu]) => cpu - (before.get(pid) ?? 0));
  const total = used.reduce((sum, cpu) => sum + cpu, 0);
  return {
    requestsPerSecond: (requests / grantedSeconds(seconds, busy, total, cpus.length)) * cpus.length,
    requestsPerCpuSecond: requests / total,
    cpuMicros: (total * 1e6) / requests,
    busiestShare: Math.max(...used) / total,
  };
};

/**
 * CPU seconds that a server could have used in a span of time.
 *
 * @param busy CPU seconds that anybody used on the server's CPUs.
 * @param used CPU seconds that the server used.
 */
export const grantedSeconds = (seconds: number, busy: number, used: number, cpus: number): number =>
  seconds * cpus - Math.max(0, busy - used);
