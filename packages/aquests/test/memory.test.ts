import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { serve } from "./support/serve.ts";

/** What a batch in a process of its own tells: megabytes of the heap after a collection. */
interface Batch {
  readonly tasks: number;
  readonly concurrent: number;
  readonly bytes: number;
  /** Before the first request, when all are queued, and after each tenth of them. */
  readonly heap: number[];
}

const batch = async (url: string, requests: number, workers: number): Promise<Batch> => {
  const script = join(import.meta.dirname, "fixtures/batch.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    "--conditions=skitai-source",
    script,
    url,
    String(requests),
    String(workers),
  ]);
  return JSON.parse(stdout) as Batch;
};

test("10,000 requests of 50 workers end with the memory that they began with", async () => {
  const page = Buffer.alloc(8 * 1024, "x");
  await using server = await serve((_, res) => res.end(page));
  const { tasks, concurrent, bytes, heap } = await batch(server.url, 10_000, 50);
  expect([tasks, concurrent, bytes]).toEqual([10_000, 50, 10_000 * page.length]);
  // 80 MB have come; what is left over is what was loaded.
  expect(heap.at(-1)! - heap[0]!).toBeLessThan(8);
  expect(heap.at(-1)! - heap[2]!).toBeLessThan(2);
});

test("100,000 requests can wait, and none that is done is held", async () => {
  const page = Buffer.alloc(1024, "x");
  await using server = await serve((_, res) => res.end(page));
  const { tasks, heap } = await batch(server.url, 100_000, 50);
  const [before, queued, ...during] = heap as [number, number, ...number[]];
  expect(tasks).toBe(100_000);
  // Less than 2 KB for each that waits, and the bodies (100 MB) are not there.
  expect(queued - before).toBeLessThan(200);
  expect(Math.max(...during) - before).toBeLessThan(200);
  expect(during.at(-1)! - before).toBeLessThan(8);
}, 120_000);
