import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Usage } from "./messages.ts";

/** The distance of the event loop's delay measurements, in milliseconds. Every measurement includes it. */
const resolution = 20;

/** Tells every so many milliseconds what this process uses, until the result is disposed of. */
export const reportUsage = (interval: number, tell: (usage: Usage) => void): Disposable => {
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const delay = delays.count === 0 ? 0 : Math.max(0, delays.percentile(99) / 1e6 - resolution);
    delays.reset();
    tell({ cpu: (user + system) / 1_000, rss, heap: heapUsed, delay });
  }, interval).unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      delays.disable();
    },
  };
};
