import type { BenchContext } from "../bench.ts";
import type { ClientRound } from "../clients/measured.ts";
import type { Bar, Row, Section } from "../report/section.ts";
import { clientRound, type ClientSpec } from "./client.ts";
import { median, pairedRatio } from "./stats.ts";

/** Clients that do the same, each in a process of its own. */
export interface ClientComparison {
  readonly feature: string;
  readonly title: string;
  readonly ours: ClientSpec;
  readonly peers: readonly (ClientSpec & { readonly bar?: Bar })[];
}

/** Measures our client and its peers in alternating rounds. @param env where the server is */
export const compareClients = async (
  comparison: ClientComparison,
  env: Readonly<Record<string, string>>,
  { rounds, placement, progress }: BenchContext,
): Promise<Section> => {
  const { feature, title, ours, peers } = comparison;
  const all = new Map<ClientSpec, ClientRound[]>([ours, ...peers].map((spec) => [spec, []]));
  for (let round = 1; round <= rounds; round++) {
    progress(`${title}: round ${round} of ${rounds}`);
    for (const [spec, results] of all) results.push(await clientRound<ClientRound>(spec, [placement.server], env));
  }
  const mine = all.get(ours)!.map(({ cpuMicros }) => cpuMicros);
  return {
    feature,
    title,
    columns: [
      { name: "requests/s", digits: 0 },
      { name: "CPU us/request", digits: 1 },
      { name: "MiB more at the end", digits: 1 },
    ],
    result: { name: "their CPU / ours", digits: 2 },
    rows: [...all].map(([spec, results]): Row => {
      const { bar }: ClientSpec & { readonly bar?: Bar } = spec;
      const theirs = results.map(({ cpuMicros }) => cpuMicros);
      return {
        subject: spec.name,
        figures: [median(results.map((round) => round.perSecond)), median(theirs), median(results.map((round) => round.growthMiB))],
        ...(spec !== ours && { result: pairedRatio(theirs, mine) }),
        ...(bar && { bar }),
      };
    }),
  };
};
