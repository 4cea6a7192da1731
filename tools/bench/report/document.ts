import { readFileSync, writeFileSync } from "node:fs";
import type { Machine } from "../measure/machine.ts";
import type { Section } from "./section.ts";
import { markdownTable } from "./table.ts";

/** The results of one bench in one run. */
export interface BenchResult {
  readonly bench: string;
  readonly sections: readonly Section[];
}

/** Puts results into a document, each between its own marks; a bench that did not run keeps what it had. */
export const updateDocument = (file: string, results: readonly BenchResult[], machine: Machine, method: string): void => {
  const before = readFileSync(file, "utf8");
  writeFileSync(
    file,
    results.reduce((text, result) => replaceBetweenMarks(text, result.bench, measured(result, machine, method)), before),
  );
};

/** @throws RangeError when the document has no place for that bench. */
export const replaceBetweenMarks = (text: string, name: string, content: string): string => {
  const opening = `<!-- bench:${name} -->`;
  const closing = `<!-- /bench:${name} -->`;
  const start = text.indexOf(opening);
  const end = text.indexOf(closing, start);
  if (start < 0 || end < 0) throw new RangeError(`the document needs ${opening} and ${closing}`);
  return `${text.slice(0, start + opening.length)}\n${content}\n${text.slice(end)}`;
};

const measured = (result: BenchResult, machine: Machine, method: string): string =>
  [`Measured ${machine.date} with ${environmentOf(machine)}; ${method}.`, ...result.sections.map(markdownTable)].join("\n\n");

/** One line that says what was measured with. */
export const environmentOf = (machine: Machine): string => {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [`Node ${machine.node}`, ...versions, machine.kernel, `${machine.cores} CPUs of ${machine.cpu}`].join(", ");
};
