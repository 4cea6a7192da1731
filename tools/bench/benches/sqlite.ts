import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, BenchContext } from "../bench.ts";
import type { LoopRound } from "../clients/loop-watch.ts";
import { clientRound, type ClientSpec } from "../measure/client.ts";
import { median, spread } from "../measure/stats.ts";
import type { Bar, Row, Section } from "../report/section.ts";

const clients: readonly (ClientSpec & { readonly bar?: Bar })[] = [
  { name: "aquests, on threads", file: "sqlite-aquests.ts", bar: { atMost: 20 } },
  { name: "bare better-sqlite3", file: "sqlite-bare.ts" },
];

/** How long the event loop stands still while SQLite has much to do. */
export const sqlite: Bench = {
  name: "sqlite",
  run: async ({ rounds, placement, progress }: BenchContext): Promise<Section[]> => {
    const scratch = mkdtempSync(join(tmpdir(), "skitai-bench-"));
    const all = new Map<ClientSpec, LoopRound[]>(clients.map((spec) => [spec, []]));
    try {
      for (let round = 1; round <= rounds; round++) {
        progress(`sqlite: round ${round} of ${rounds}`);
        // Both CPUs: with one, the loop would wait for the threads because of the system and not because of SQLite.
        for (const [spec, results] of all) results.push(await clientRound<LoopRound>(spec, placement.all, { BENCH_SCRATCH: scratch }));
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    return [section(all)];
  },
};

const section = (all: ReadonlyMap<ClientSpec, readonly LoopRound[]>): Section => ({
  feature: "P6",
  title: "20,000 INSERTs in a transaction, a count to two millions and 100,000 rows",
  columns: [{ name: "ms for all", digits: 0 }],
  result: { name: "longest block of the loop, ms", digits: 1 },
  rows: [...all].map(([spec, results]): Row => {
    const { bar }: ClientSpec & { readonly bar?: Bar } = spec;
    return {
      subject: spec.name,
      figures: [median(results.map(({ workMillis }) => workMillis))],
      result: spread(results.map(({ longestMillis }) => longestMillis)),
      ...(bar && { bar }),
    };
  }),
});
