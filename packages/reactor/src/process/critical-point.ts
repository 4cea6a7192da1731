import { ReactorError } from "../errors.ts";
import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { waitingTime, size, type Duration, type Size } from "../units.ts";
import type { Usage } from "./messages.ts";
import { readProcStat } from "./proc-stat.ts";
import type { ServerLog } from "./served-engine.ts";

/** From where on a worker is replaced. */
export interface CriticalPointOptions {
  /** CPU time in percent of one core; `Infinity` for no limit. @default 90 */
  cpuPercent?: number;
  /** How many samples in a row may be over a limit; the next one is too many. @default 3 */
  continuous?: number;
  /** Time between samples; 0 turns the critical point off. @default "20s" */
  interval?: Duration;
  /** Resident memory. @default none */
  rss?: Size;
  /** JavaScript heap in use. @default none */
  heap?: Size;
  /** 99th percentile of the event loop's delay between two samples. @default none */
  eventLoopDelay?: Duration;
}

/** {@link CriticalPointOptions} in percent, milliseconds and bytes. */
export interface ResolvedCriticalPoint {
  readonly cpuPercent: number;
  readonly continuous: number;
  readonly interval: number;
  readonly rss: number;
  readonly heap: number;
  readonly eventLoopDelay: number;
}

const criticalPointNames: Readonly<Record<keyof Required<CriticalPointOptions>, true>> = {
  cpuPercent: true,
  continuous: true,
  interval: true,
  rss: true,
  heap: true,
  eventLoopDelay: true,
};

/** Undefined when it is off. @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION, SKITAI_REACTOR_BAD_SIZE */
export const resolveCriticalPoint = (options: CriticalPointOptions | undefined): ResolvedCriticalPoint | undefined => {
  if (options === undefined) return undefined;
  refuseUnknown("criticalPoint", options, criticalPointNames);
  const resolved: ResolvedCriticalPoint = {
    cpuPercent: percentage(options.cpuPercent ?? 90),
    continuous: wholeNumber("criticalPoint.continuous", options.continuous ?? 3),
    interval: waitingTime(options.interval ?? "20s", "criticalPoint.interval"),
    rss: options.rss === undefined ? Infinity : size(options.rss, "criticalPoint.rss"),
    heap: options.heap === undefined ? Infinity : size(options.heap, "criticalPoint.heap"),
    eventLoopDelay: options.eventLoopDelay === undefined ? Infinity : waitingTime(options.eventLoopDelay, "criticalPoint.eventLoopDelay"),
  };
  return resolved.interval === 0 ? undefined : resolved;
};

const percentage = (value: number): number => {
  if (typeof value === "number" && value > 0) return value;
  const hint = "Use a percentage of one core above 0, such as 90, or Infinity for no limit.";
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "criticalPoint.cpuPercent", value, hint });
};

/** What is measured of a worker. */
export interface Measured {
  readonly pid: number | undefined;
  readonly isReady: boolean;
  /** Milliseconds since it became ready. */
  readonly age: number;
  readonly usage: (Usage & { readonly at: number }) | undefined;
}

export interface CriticalPointParts<Worker extends Measured> {
  readonly limits: ResolvedCriticalPoint;
  readonly workers: () => Iterable<Worker>;
  /** This worker was over a limit for too long. */
  readonly exceeded: (worker: Worker) => void;
  readonly log: ServerLog;
}

interface Track {
  at: number;
  cpu: number;
  over: number;
}

/** How far back the log's summary looks, in samples. */
const spans = [3, 15, 45];
/** The CPU load in percent from which the log gets a summary. */
const noteworthy = 10;

/** Samples the load of all workers and says which of them is over a limit for too long. */
export class CriticalPoint<Worker extends Measured> implements Disposable {
  readonly #parts: CriticalPointParts<Worker>;
  readonly #tracks = new WeakMap<Worker, Track>();
  /** CPU loads of the latest samples, newest first. */
  readonly #history: number[][] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(parts: CriticalPointParts<Worker>) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#sample(), parts.limits.interval).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const loads: number[] = [];
    for (const worker of this.#parts.workers()) {
      if (!worker.isReady) continue;
      const load = this.#measure(worker);
      if (load !== undefined) loads.push(load);
    }
    this.#history.unshift(loads);
    if (this.#history.length > spans.at(-1)!) this.#history.pop();
    this.#summarize();
  }

  /** The CPU load of a worker since the sample before, in percent; undefined at the first. */
  #measure(worker: Worker): number | undefined {
    const { limits, log, exceeded } = this.#parts;
    const at = performance.now();
    const seen = worker.pid === undefined ? undefined : readProcStat(worker.pid)?.cpu;
    const cpu = seen ?? worker.usage?.cpu ?? 0;
    const before = this.#tracks.get(worker);
    if (!before) return void this.#tracks.set(worker, { at, cpu, over: 0 });
    const load = ((cpu - before.cpu) / (at - before.at)) * 100;
    const silence = worker.usage ? at - worker.usage.at : worker.age;
    const reason = excess({ load, silence, reportsOnly: seen === undefined, usage: worker.usage }, limits);
    const over = reason === undefined ? 0 : before.over + 1;
    this.#tracks.set(worker, { at, cpu, over });
    if (over > limits.continuous) {
      log(`process ${worker.pid} is overloading, try to kill... (${reason})`, "fatal");
      this.#tracks.set(worker, { at, cpu, over: 0 });
      exceeded(worker);
    }
    return load;
  }

  #summarize(): void {
    const recent = this.#history.slice(0, spans[0]).flat();
    if (Math.max(0, ...recent) <= noteworthy) return;
    const summary = spans.map((span) => {
      const loads = this.#history.slice(0, span).flat();
      const average = loads.reduce((sum, load) => sum + load, 0) / loads.length;
      return `${Math.max(...loads).toFixed(1)}/${average.toFixed(1)}`;
    });
    this.#parts.log(`CPU percent: ${summary.join(", ")}`);
  }
}

/** One sample of a worker. */
export interface Sample {
  /** CPU load in percent. */
  readonly load: number;
  /** Milliseconds since it last reported its usage, or began. */
  readonly silence: number;
  /** Whether its load is known from its own reports alone, because the system does not tell. */
  readonly reportsOnly: boolean;
  readonly usage: Usage | undefined;
}

/** Which limit a sample exceeds, in words; undefined when it exceeds none. */
export const excess = ({ load, silence, reportsOnly, usage }: Sample, limits: ResolvedCriticalPoint): string | undefined => {
  if (load > limits.cpuPercent) return `CPU ${load.toFixed(0)} %`;
  // A worker whose event loop stands still cannot report; that it does not is the report.
  if (silence > Math.max(reportsOnly ? 0 : limits.eventLoopDelay, limits.interval * 2))
    return `no sign of life for ${(silence / 1_000).toFixed(1)} s`;
  if (!usage) return undefined;
  if (usage.rss > limits.rss) return `RSS ${megabytes(usage.rss)}`;
  if (usage.heap > limits.heap) return `heap ${megabytes(usage.heap)}`;
  if (usage.delay > limits.eventLoopDelay) return `event loop delay ${usage.delay.toFixed(0)} ms`;
  return undefined;
};

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MB`;
