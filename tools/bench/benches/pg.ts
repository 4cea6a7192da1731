import { startServices } from "@skitai-internal/services";
import type { Bench, BenchContext } from "../bench.ts";
import { type ClientComparison, compareClients } from "../measure/compare-clients.ts";
import type { Section } from "../report/section.ts";

const selects: ClientComparison = {
  feature: "P6",
  title: "30,000 SELECTs of one row by key, 50 at once over 10 connections",
  ours: { name: "aquests, by alias", file: "pg-alias.ts" },
  peers: [
    { name: "bare pg Pool", file: "pg-pool.ts", bar: { atLeast: 0.9 } },
    { name: "aquests, prepared", file: "pg-prepared.ts" },
  ],
};

const inserts: ClientComparison = {
  feature: "P6",
  title: "10,000 transactions of 5 INSERTs, 50 at once over 10 connections",
  ours: { name: "aquests, batch", file: "pg-batch.ts" },
  peers: [{ name: "bare pg Pool, one statement after the other", file: "pg-pool-batch.ts" }],
};

/** What PostgreSQL costs a program through aquests and through its driver alone. */
export const pg: Bench = {
  name: "pg",
  run: async (context: BenchContext): Promise<Section[]> => {
    await using services = await startServices();
    const { url, host, port, user, password, database } = await services.acquire("postgres");
    const member = `${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
    // Enough for the compiler to be done with both.
    const env = { BENCH_URL: url, BENCH_MEMBER: member, BENCH_REQUESTS: "30000" };
    return [await compareClients(selects, env, context), await compareClients(inserts, { ...env, BENCH_REQUESTS: "10000" }, context)];
  },
};
