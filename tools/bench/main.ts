import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bench, BenchContext } from "./bench.ts";
import { client } from "./benches/client.ts";
import { hello } from "./benches/hello.ts";
import { pg } from "./benches/pg.ts";
import { sqlite } from "./benches/sqlite.ts";
import { start } from "./benches/start.ts";
import { staticFiles } from "./benches/static.ts";
import { workers } from "./benches/workers.ts";
import { busyShare, describeMachine, placement } from "./measure/machine.ts";
import { type Options, parseOptions, usage } from "./options.ts";
import { type BenchResult, environmentOf, updateDocument } from "./report/document.ts";
import { verdictOf } from "./report/section.ts";
import { plainTable } from "./report/table.ts";

const benches: readonly Bench[] = [hello, staticFiles, workers, start, client, pg, sqlite];
const names = benches.map((bench) => bench.name);

const run = async (options: Options): Promise<number> => {
  const machine = describeMachine();
  const context: BenchContext = {
    rounds: options.rounds,
    seconds: options.seconds,
    warmUpSeconds: 2,
    placement: placement(),
    progress: (line) => process.stderr.write(process.stderr.isTTY ? `\u001B[2K\r${line}` : `${line}\n`),
  };
  const results: BenchResult[] = [];
  let busy = await busyShare(context.placement.all);
  for (const bench of benches.filter(({ name }) => options.names.includes(name))) {
    const sections = await bench.run(context);
    if (process.stderr.isTTY) process.stderr.write("\u001B[2K\r");
    for (const section of sections) console.log(`${section.feature}\n${plainTable(section)}\n`);
    results.push({ bench: bench.name, sections });
    busy = Math.max(busy, await busyShare(context.placement.all));
  }
  console.log(environmentOf(machine));
  const disturbance = disturbedBy(busy);
  if (disturbance !== undefined) console.log(`Not to be relied on: ${disturbance}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ machine, options, results }, undefined, 2)}\n`);
  const method = [`median of ${options.rounds} rounds of ${options.seconds} s`, disturbance].filter(Boolean).join(", ");
  if (options.update) updateDocument(fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url)), results, machine, method);
  const rows = results.flatMap((result) => result.sections).flatMap((section) => section.rows);
  return options.require && rows.some((row) => row.missing === true || verdictOf(row) === "missed") ? 1 : 0;
};

/** Other programs change what a request costs: they take the CPU away and what its caches hold. */
const disturbedBy = (busy: number): string | undefined =>
  busy < 0.1 ? undefined : `while other programs used up to ${Math.round(busy * 100)} % of the CPUs`;

const main = async (): Promise<number> => {
  if (process.platform !== "linux") {
    console.error("pnpm bench reads CPU times from /proc: it runs on Linux only");
    return 1;
  }
  const options = optionsOrComplaint();
  if (typeof options === "string") {
    console.error(options);
    return 1;
  }
  if (!options.help) return await run(options);
  console.log(usage(names));
  return 0;
};

const optionsOrComplaint = (): Options | string => {
  try {
    return parseOptions(process.argv.slice(2), names);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
};

process.exitCode = await main();
