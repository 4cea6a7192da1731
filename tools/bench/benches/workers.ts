import type { Bench, BenchContext } from "../bench.ts";
import { type Capacity, measureCapacity } from "../measure/capacity.ts";
import { findProgram } from "../measure/machine.ts";
import { nodeServer, ServerUnavailable, type ServerSpec, startServer } from "../measure/server.ts";
import { median, spread } from "../measure/stats.ts";
import { runWrk } from "../measure/wrk.ts";
import { type Bar, missingRow, type Row, type Section } from "../report/section.ts";

interface Subject {
  readonly name: string;
  readonly file: string;
  readonly bar?: Bar;
}

/** Our master and its workers, and node:cluster around the bare server as the measure of what this machine can give. */
const subjects: readonly Subject[] = [
  { name: "Skitai", file: "skitai-workers.ts", bar: { atLeast: 1.7 } },
  { name: "bare node:cluster", file: "bare-cluster.ts" },
];

const server = ({ name, file }: Subject, workers: number): ServerSpec => nodeServer(name, file, { BENCH_WORKERS: String(workers) });

/** What a second worker adds on a machine with a second CPU. */
export const workers: Bench = {
  name: "workers",
  run: async (context: BenchContext): Promise<Section[]> => [await scaling(subjects, context)],
};

/** One worker on one CPU against two workers on two CPUs. */
export const scaling = async (among: readonly Subject[], context: BenchContext): Promise<Section> => ({
  feature: "P8",
  title: "two workers against one",
  columns: [
    { name: "requests/s, one", digits: 0 },
    { name: "requests/s, two", digits: 0 },
    { name: "CPU us/request, one", digits: 1 },
    { name: "CPU us/request, two", digits: 1 },
    { name: "share of the busier worker", digits: 2 },
  ],
  result: { name: "two / one", digits: 2 },
  rows: await inTurn(among, (subject) => rowOf(subject, context)),
});

const rowOf = async (subject: Subject, context: BenchContext): Promise<Row> => {
  if (findProgram("wrk") === undefined) return missingRow(subject.name, "wrk is not on PATH", subject.bar);
  if (context.placement.all.length < 2) return missingRow(subject.name, "needs two CPUs", subject.bar);
  const one: Capacity[] = [];
  const two: Capacity[] = [];
  try {
    for (let round = 0; round < context.rounds; round++) {
      context.progress(`${subject.name}, one worker and two: round ${round + 1} of ${context.rounds}`);
      one.push(await capacityOf(server(subject, 1), 1, context));
      two.push(await capacityOf(server(subject, 2), 2, context));
    }
  } catch (error) {
    if (error instanceof ServerUnavailable) return missingRow(subject.name, error.message, subject.bar);
    throw error;
  }
  // A single worker that the client does not keep busy needs more for each request, so its best round is the one to beat.
  const best = Math.max(...one.map((capacity) => capacity.requestsPerCpuSecond));
  return {
    subject: subject.name,
    figures: [best, middle(two, "requestsPerSecond"), 1e6 / best, middle(two, "cpuMicros"), middle(two, "busiestShare")],
    result: spread(two.map((capacity) => capacity.requestsPerSecond / best)),
    ...(subject.bar && { bar: subject.bar }),
  };
};

const middle = (of: readonly Capacity[], figure: keyof Capacity): number => median(of.map((capacity) => capacity[figure]));

/** Each round has servers of its own: how connections are spread over workers is drawn anew. */
const capacityOf = async (spec: ServerSpec, cpus: number, context: BenchContext): Promise<Capacity> => {
  const { placement } = context;
  await using running = await startServer(spec, { cpus: placement.all.slice(0, cpus), path: "/text" });
  const load = { port: running.port, path: "/text", seconds: context.seconds, connections: 256 };
  const clientCpus = cpus === 1 ? [placement.client] : placement.all;
  if (context.warmUpSeconds > 0) await runWrk({ ...load, seconds: context.warmUpSeconds, cpus: clientCpus });
  return await measureCapacity(running, { ...load, cpus: clientCpus }, placement.all.slice(0, cpus));
};

const inTurn = async <T, R>(items: readonly T[], visit: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (const item of items) results.push(await visit(item));
  return results;
};
