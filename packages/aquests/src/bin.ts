#!/usr/bin/env node
import { load, methods } from "./load/load.ts";
import { parseLoad, usage, UsageError } from "./load/options.ts";
import { ProgressBar } from "./load/progress-bar.ts";
import { jsonOf, tableOf } from "./load/report.ts";

/** The command line of this package: `aquests load`. Exit codes: 0 all answered, 1 some requests failed, 2 wrong usage. */
const main = async ([command, ...args]: string[]): Promise<number> => {
  if (command === undefined || command === "-h" || command === "--help" || command === "help") {
    process.stdout.write(usage);
    return command === undefined ? 2 : 0;
  }
  if (command !== "load") throw new UsageError(`There is no command ${JSON.stringify(command)}. There is: load.`);
  const options = parseLoad(args);
  if (options === "help") {
    process.stdout.write(usage);
    return 0;
  }
  if (!methods.includes(options.method)) throw new UsageError(`--method is one of ${methods.join(", ")}, not ${options.method}.`);
  const bar = new ProgressBar(options.requests);
  const report = await load(options, (done) => bar.update(done));
  bar.clear();
  process.stdout.write(`${options.json ? jsonOf(report) : tableOf(report)}\n`);
  return report.failed > 0 ? 1 : 0;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
