import { expect, test } from "vitest";
import { resolveRespawn } from "../src/process/backoff.ts";
import { Slot } from "../src/process/slot.ts";
import type { WorkerProcess } from "../src/process/worker-process.ts";

/** A worker that serves at once and does not end. */
const serving = (): WorkerProcess =>
  ({
    number: 0,
    age: 0,
    isStarting: false,
    isReady: true,
    ready: Promise.resolve([]),
    gone: new Promise(() => {}),
  }) as unknown as WorkerProcess;

test("a worker that is told twice to leave gets one successor", async () => {
  const processes: WorkerProcess[] = [];
  const spawn = (): WorkerProcess => (processes.push(serving()), processes.at(-1)!);
  const slot = new Slot({ number: 0, respawn: resolveRespawn({ delay: 0 }), log: () => {}, spawn });
  await slot.start();
  slot.succeed(processes[0]!);
  slot.succeed(processes[0]!);
  for (let wait = 0; wait < 5; wait++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(processes).toHaveLength(2);
  expect(slot.current).toBe(processes[1]);
});
