import type { BenchContext } from "../bench.ts";
import { type Bar, type Row, type Section, missingRow } from "../report/section.ts";
import { differenceOf, getAnswer, type HttpAnswer } from "./http-answer.ts";
import { findProgram } from "./machine.ts";
import { cpuSecondsOfTree } from "./process-tree.ts";
import { type RunningServer, ServerUnavailable, type ServerSpec, startServer } from "./server.ts";
import { median, pairedRatio } from "./stats.ts";
import { runWrk } from "./wrk.ts";

/** One peer of a comparison, with the bar that its ratio has to reach. */
export interface Peer {
  readonly server: ServerSpec;
  readonly bar?: Bar;
}

/** A question that every server answers alike. */
export interface Question {
  readonly title: string;
  readonly path: string;
  readonly answer: HttpAnswer;
  readonly connections: number;
}

export interface Comparison {
  readonly feature: string;
  readonly ours: ServerSpec;
  readonly peers: readonly Peer[];
  readonly questions: readonly Question[];
  readonly files?: string;
}

/** One round of one server. */
interface Sample {
  readonly requestsPerSecond: number;
  readonly cpuMicros: number;
  readonly p99Millis: number;
}

/** One server of a comparison: running, or the reason why it cannot be measured. */
interface Contender {
  readonly spec: ServerSpec;
  readonly bar: Bar | undefined;
  readonly server: RunningServer | undefined;
  readonly problem: string | undefined;
}

/** A contender and how it answered one question. */
interface Side extends Omit<Contender, "problem"> {
  problem: string | undefined;
  readonly samples: Sample[];
}

/**
 * Measures our server and its peers side by side: each alone on one CPU, the load generator on another, in alternating rounds.
 * Gives one table for each question.
 */
export const compare = async (comparison: Comparison, context: BenchContext): Promise<Section[]> => {
  await using running = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const { server: spec, bar } of [{ server: comparison.ours, bar: undefined }, ...comparison.peers]) {
    const started = await tryStart(spec, comparison.files, context);
    const server = started instanceof ServerUnavailable ? undefined : running.use(started);
    contenders.push({ spec, bar, server, problem: started instanceof ServerUnavailable ? started.message : undefined });
  }
  const sections: Section[] = [];
  for (const question of comparison.questions) {
    const sides = contenders.map((contender): Side => ({ ...contender, samples: [] }));
    await ask(question, sides, context);
    sections.push(toSection(comparison.feature, question, sides));
  }
  return sections;
};

const tryStart = async (
  spec: ServerSpec,
  files: string | undefined,
  { placement, progress }: BenchContext,
): Promise<RunningServer | ServerUnavailable> => {
  progress(`start ${spec.name}`);
  try {
    return await startServer(spec, { cpus: [placement.server], ...(files !== undefined && { files }) });
  } catch (error) {
    if (error instanceof ServerUnavailable) return error;
    throw error;
  }
};

const ask = async (question: Question, sides: Side[], context: BenchContext): Promise<void> => {
  for (const side of sides) {
    side.problem ??= findProgram("wrk") === undefined ? "wrk is not on PATH" : await check(question, side);
    if (side.problem === undefined && context.warmUpSeconds > 0) await load(question, side, context.warmUpSeconds, context);
  }
  for (let round = 0; round < context.rounds; round++) {
    context.progress(`${question.title}: round ${round + 1} of ${context.rounds}`);
    // Every other round goes backwards, so that no server always follows the same one.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const sample = side.problem === undefined ? await load(question, side, context.seconds, context) : undefined;
      if (sample !== undefined) side.samples.push(sample);
    }
  }
};

const check = async (question: Question, side: Side): Promise<string | undefined> => {
  const difference = side.server && differenceOf(await getAnswer(side.server.port, question.path), question.answer);
  return difference && `answers differently: ${difference}`;
};

const load = async (question: Question, side: Side, seconds: number, { placement }: BenchContext): Promise<Sample | undefined> => {
  if (side.server === undefined) return undefined;
  const { pid, port } = side.server;
  const before = cpuSecondsOfTree(pid);
  const { requests, micros, p99Micros, failed } = await runWrk({
    port,
    path: question.path,
    seconds,
    connections: question.connections,
    cpus: [placement.client],
  });
  const cpu = cpuSecondsOfTree(pid) - before;
  if (failed > 0) side.problem = `${failed} of ${requests} requests failed`;
  return {
    requestsPerSecond: (requests * 1e6) / micros,
    cpuMicros: (cpu * 1e6) / requests,
    p99Millis: p99Micros / 1000,
  };
};

const toSection = (feature: string, question: Question, sides: Side[]): Section => {
  const ours = sides[0]?.problem === undefined ? cpuTimes(sides[0]) : undefined;
  return {
    feature,
    title: question.title,
    columns: [
      { name: "requests/s", digits: 0 },
      { name: "CPU us/request", digits: 1 },
      { name: "p99 ms", digits: 1 },
    ],
    result: { name: "their CPU / ours", digits: 2 },
    rows: sides.map((side, i) => toRow(side, i > 0 ? ours : undefined)),
  };
};

const toRow = (side: Side, ours: number[] | undefined): Row => {
  if (side.problem !== undefined) return missingRow(side.spec.name, side.problem, side.bar);
  const middle = (figure: keyof Sample): number => median(side.samples.map((sample) => sample[figure]));
  return {
    subject: side.spec.name,
    figures: [middle("requestsPerSecond"), middle("cpuMicros"), middle("p99Millis")],
    ...(ours && { result: pairedRatio(cpuTimes(side), ours) }),
    ...(side.bar && { bar: side.bar }),
  };
};

const cpuTimes = (side: Side | undefined): number[] => side?.samples.map((sample) => sample.cpuMicros) ?? [];
