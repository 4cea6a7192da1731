import type { Bench, BenchContext } from "../bench.ts";
import { type ClientComparison, compareClients } from "../measure/compare-clients.ts";
import { nodeServer, startServer } from "../measure/server.ts";
import type { Section } from "../report/section.ts";

const gets: ClientComparison = {
  feature: "P5",
  title: "10,000 GETs, 50 at once",
  ours: { name: "aquests", file: "aquests.ts" },
  peers: [
    { name: "bare undici request", file: "undici.ts", bar: { atLeast: 0.9 } },
    { name: "got", file: "got.ts", bar: { atLeast: 2.5 } },
    { name: "axios", file: "axios.ts", bar: { atLeast: 2.5 } },
    { name: "aquests, by alias", file: "aquests-alias.ts" },
  ],
};

/** What a client costs for one small answer: 10,000 GETs over connections that stay, 50 at once. */
export const client: Bench = {
  name: "client",
  run: async (context: BenchContext): Promise<Section[]> => {
    await using server = await startServer(nodeServer("bare node:http", "bare-http.ts"), {
      cpus: [context.placement.client],
      path: "/text",
    });
    return [await compareClients(gets, { BENCH_URL: `http://127.0.0.1:${server.port}/text` }, context)];
  },
};
