import type { Bench, BenchContext } from "../bench.ts";
import type { ClientRound } from "../clients/measured.ts";
import { clientRound, type ClientSpec } from "../measure/client.ts";
import { nodeServer, startServer } from "../measure/server.ts";
import { median, pairedRatio } from "../measure/stats.ts";
import type { Bar, Row, Section } from "../report/section.ts";

interface Peer extends ClientSpec {
  readonly bar?: Bar;
}

const ours: ClientSpec = { name: "aquests", file: "aquests.ts" };

const peers: readonly Peer[] = [
  { name: "bare undici request", file: "undici.ts", bar: { atLeast: 0.9 } },
  { name: "got", file: "got.ts", bar: { atLeast: 2.5 } },
  { name: "axios", file: "axios.ts", bar: { atLeast: 2.5 } },
  { name: "aquests, by alias", file: "aquests-alias.ts" },
];

/** What a client costs for one small answer: 10,000 GETs over connections that stay, 50 at once. */
export const client: Bench = {
  name: "client",
  run: async ({ rounds, placement, progress }: BenchContext): Promise<Section[]> => {
    await using server = await startServer(nodeServer("bare node:http", "bare-http.ts"), { cpus: [placement.client], path: "/text" });
    const env = { BENCH_URL: `http://127.0.0.1:${server.port}/text` };
    const all = new Map<ClientSpec, ClientRound[]>([ours, ...peers].map((spec) => [spec, []]));
    for (let round = 1; round <= rounds; round++) {
      progress(`client: round ${round} of ${rounds}`);
      for (const [spec, results] of all) results.push(await clientRound(spec, placement.server, env));
    }
    return [section(all)];
  },
};

const section = (all: ReadonlyMap<ClientSpec, readonly ClientRound[]>): Section => {
  const mine = all.get(ours)!.map(({ cpuMicros }) => cpuMicros);
  return {
    feature: "P5",
    title: "10,000 GETs, 50 at once",
    columns: [
      { name: "requests/s", digits: 0 },
      { name: "CPU us/request", digits: 1 },
      { name: "MiB more at the end", digits: 1 },
    ],
    result: { name: "their CPU / ours", digits: 2 },
    rows: [...all].map(([spec, rounds]): Row => {
      const { bar }: Peer = spec;
      const theirs = rounds.map(({ cpuMicros }) => cpuMicros);
      return {
        subject: spec.name,
        figures: [median(rounds.map((round) => round.perSecond)), median(theirs), median(rounds.map((round) => round.growthMiB))],
        ...(spec !== ours && { result: pairedRatio(theirs, mine) }),
        ...(bar && { bar }),
      };
    }),
  };
};
