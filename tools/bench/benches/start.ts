import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Bench, BenchContext } from "../bench.ts";
import { processTree, residentBytes } from "../measure/process-tree.ts";
import { nodeServer, ServerUnavailable, type ServerSpec, startServer } from "../measure/server.ts";
import { median, pairedDifference, spread } from "../measure/stats.ts";
import { type Bar, missingRow, type Row, type Section } from "../report/section.ts";

/** A way to start, with the bars for the time and for the memory of its worker. */
export interface Start {
  readonly server: ServerSpec;
  readonly time?: Bar;
  readonly memory?: Bar;
}

interface Samples {
  readonly start: Start;
  readonly millis: number[];
  readonly megabytes: number[];
  problem?: string;
}

/** A program as JavaScript on the built packages: what a user of the published packages starts. */
const built = (name: string, file: string, env: Record<string, string> = {}): ServerSpec => ({
  name,
  env,
  command: () => [process.execPath, asJavaScript(file)],
});

const bare: Start = { server: built("bare node:http", "start-bare") };

const others: readonly Start[] = [
  { server: built("Skitai, master and worker", "start-skitai", { BENCH_WORKERS: "1" }), time: { atMost: 300 }, memory: { atMost: 80 } },
  { server: built("Skitai, one process", "start-skitai", { BENCH_WORKERS: "0" }), time: { atMost: 300 }, memory: { atMost: 80 } },
  { server: nodeServer("Skitai, master and worker, from TypeScript sources", "start-skitai.ts", { BENCH_WORKERS: "1" }) },
  { server: built("Fastify", "start-fastify") },
];

/** From the start of the process to the first answer, and what a server keeps in memory while nobody asks. */
export const start: Bench = {
  name: "start",
  run: (context: BenchContext): Promise<Section[]> => startsAgainst(bare, others, context),
};

export const startsAgainst = async (base: Start, among: readonly Start[], context: BenchContext): Promise<Section[]> => {
  const [baseline, ...all] = [base, ...among].map((each): Samples => ({ start: each, millis: [], megabytes: [] }));
  if (baseline === undefined) return [];
  // The first start of each reads its files from the disk; it is not counted.
  for (let round = -1; round < context.rounds; round++) {
    context.progress(`start: round ${round + 1} of ${context.rounds}`);
    for (const samples of [baseline, ...all]) await startOnce(samples, round >= 0, context);
  }
  return [timeSection(baseline, all), memorySection(baseline, all)];
};

const startOnce = async (samples: Samples, counts: boolean, { placement }: BenchContext): Promise<void> => {
  if (samples.problem !== undefined) return;
  try {
    await using server = await startServer(samples.start.server, { cpus: [placement.server] });
    if (server.firstAnswer.status !== 200) samples.problem = `the first answer was ${server.firstAnswer.status}`;
    if (!counts) return;
    samples.millis.push(server.startMillis);
    await delay(300);
    // The last descendant is the worker; in a single process that is the process itself.
    samples.megabytes.push(residentBytes(processTree(server.pid).at(-1) ?? server.pid) / 2 ** 20);
  } catch (error) {
    if (!(error instanceof ServerUnavailable)) throw error;
    samples.problem = error.message;
  }
};

const timeSection = (base: Samples, all: readonly Samples[]): Section => ({
  feature: "P9",
  title: "start to first answer",
  columns: [{ name: "ms", digits: 0 }],
  result: { name: "ms over bare", digits: 0 },
  rows: [base, ...all].map((samples): Row => {
    if (samples.problem !== undefined) return missingRow(samples.start.server.name, samples.problem, samples.start.time);
    const comparable = samples !== base && base.problem === undefined;
    return {
      subject: samples.start.server.name,
      figures: [median(samples.millis)],
      ...(comparable && { result: pairedDifference(samples.millis, base.millis) }),
      ...(samples.start.time && { bar: samples.start.time }),
    };
  }),
});

const memorySection = (base: Samples, all: readonly Samples[]): Section => ({
  feature: "P9",
  title: "memory of an idle worker",
  columns: [],
  result: { name: "MiB resident", digits: 1 },
  rows: [base, ...all].map((samples): Row => {
    if (samples.problem !== undefined) return missingRow(samples.start.server.name, samples.problem, samples.start.memory);
    return {
      subject: samples.start.server.name,
      figures: [],
      result: spread(samples.megabytes),
      ...(samples.start.memory && { bar: samples.start.memory }),
    };
  }),
});

/** Takes the types off a server program and puts it where the same packages resolve. */
const asJavaScript = (name: string): string => {
  const source = readFileSync(new URL(`../servers/${name}.ts`, import.meta.url), "utf8");
  const target = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
  mkdirSync(new URL("../dist/", import.meta.url), { recursive: true });
  writeFileSync(target, stripTypeScriptTypes(source));
  return target;
};
