import { expect, onTestFinished, test, vi } from "vitest";
import { CriticalPoint, excess, resolveCriticalPoint, type Measured } from "../src/process/critical-point.ts";
import { eventually } from "./support/eventually.ts";
import { ask } from "./support/load.ts";
import { lives, startService } from "./support/service.ts";

test("a worker that is busy for ever is replaced, and killed when it does not end", async () => {
  const service = await startService({
    workers: 1,
    gracefulTimeout: "1s",
    criticalPoint: { cpuPercent: 60, continuous: 1, interval: "100ms" },
  });
  const { pid } = await ask(service.port);
  const spin = ask(service.port, "/spin");
  spin.catch(() => {});
  await eventually(() => service.output().includes(`[fatal] process ${pid} is overloading, try to kill... (CPU `));
  expect((await ask(service.port)).pid).not.toBe(pid);
  await expect(spin).rejects.toThrow();
  await eventually(() => !lives(pid));
  expect(service.output()).toMatch(/\[info\] CPU percent: [\d.]+\/[\d.]+, [\d.]+\/[\d.]+, [\d.]+\/[\d.]+/);
});

test("a worker that uses too much memory is replaced while it serves on", async () => {
  const service = await startService({ workers: 1, criticalPoint: { rss: "1kb", continuous: 1, interval: "40ms" } });
  await eventually(() => service.output().includes("is overloading, try to kill... (RSS "));
});

const limits = resolveCriticalPoint({ interval: "1s", rss: "100mb", heap: "50mb", eventLoopDelay: "200ms" })!;
const quiet = { cpu: 0, rss: 1, heap: 1, delay: 1 };
const sample = { load: 10, silence: 0, reportsOnly: false, usage: quiet };

test.each([
  [{}, undefined],
  [{ load: 90 }, undefined],
  [{ load: 91 }, "CPU 91 %"],
  [{ usage: { ...quiet, rss: 200 * 1024 ** 2 } }, "RSS 200 MB"],
  [{ usage: { ...quiet, heap: 60 * 1024 ** 2 } }, "heap 60 MB"],
  [{ usage: { ...quiet, delay: 201 } }, "event loop delay 201 ms"],
  [{ usage: undefined }, undefined],
  [{ silence: 2_001, usage: undefined }, "no sign of life for 2.0 s"],
])("a sample with %j exceeds: %s", (difference, reason) => {
  expect(excess({ ...sample, ...difference }, limits)).toBe(reason);
});

test("silence says nothing where the system tells the CPU time and no delay is limited", () => {
  const cpuOnly = resolveCriticalPoint({ interval: "1s" })!;
  expect(excess({ ...sample, silence: 60_000 }, cpuOnly)).toBeUndefined();
  expect(excess({ ...sample, silence: 60_000, reportsOnly: true }, cpuOnly)).toBe("no sign of life for 60.0 s");
});

test("the critical point is off unless it is asked for, and with an interval of 0", () => {
  expect(resolveCriticalPoint(undefined)).toBeUndefined();
  expect(resolveCriticalPoint({ interval: 0 })).toBeUndefined();
  expect(resolveCriticalPoint({})).toMatchObject({ cpuPercent: 90, continuous: 3, interval: 20_000 });
});

test.each([
  [{ cpuPercent: 0 }, "criticalPoint.cpuPercent cannot be 0. Use a percentage of one core above 0, such as 90, or Infinity for no limit."],
  [{ cpuPercent: Number.NaN }, "criticalPoint.cpuPercent cannot be NaN"],
  [{ cpuPercent: "90" }, 'criticalPoint.cpuPercent cannot be "90"'],
  [{ continuous: -1 }, "criticalPoint.continuous cannot be -1. Use a whole number from 0."],
  [{ continuous: 2.5 }, "criticalPoint.continuous cannot be 2.5"],
  [{ interval: 0, continuous: -1 }, "criticalPoint.continuous cannot be -1"],
  [{ cpu: 90 }, "An option of criticalPoint cannot be"],
])("%j is no critical point", (options, message) => {
  expect(() => resolveCriticalPoint(options as never)).toThrow(message);
});

/** A worker that reports what it is told to; it has no process. */
const fakeWorker = (): Measured & { use: (cpu: number) => void } => {
  const worker = {
    pid: undefined,
    isReady: true,
    age: 0,
    usage: undefined as Measured["usage"],
    use: (cpu: number): void => void (worker.usage = { ...quiet, cpu: (worker.usage?.cpu ?? 0) + cpu, at: performance.now() }),
  };
  return worker;
};

test("only more samples in a row than allowed are too many", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const worker = fakeWorker();
  let exceeded = 0;
  const lines: string[] = [];
  const point = new CriticalPoint({ limits, workers: () => [worker], exceeded: () => exceeded++, log: (line) => lines.push(line) });
  const pass = (...loads: number[]): void => {
    for (const load of loads) {
      worker.use(load * 10);
      vi.advanceTimersByTime(1_000);
    }
  };
  pass(0, 100, 100, 100, 10, 100, 100, 100);
  expect(exceeded).toBe(0);
  expect(lines.at(-1)).toBe("CPU percent: 100.0/100.0, 100.0/87.1, 100.0/87.1");
  pass(100);
  expect(exceeded).toBe(1);
  point[Symbol.dispose]();
  pass(100, 100, 100, 100, 100);
  expect(exceeded).toBe(1);
});
