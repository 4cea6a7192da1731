/** The second half of `pnpm coverage`: joins what the tests and the processes they started executed, and wants 90 % of the lines. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { LineCoverage, type FileReport, type ScriptReport } from "./lib/line-coverage.ts";
import { root } from "./lib/tarballs.ts";

const wanted = 90;
const folder = join(root, "coverage");
const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, "utf8"));

const files = new Map<string, LineCoverage>();
for (const report of Object.values((await readJson(join(folder, "coverage-final.json"))) as Record<string, FileReport>)) {
  files.set(report.path, new LineCoverage(report, await readFile(report.path, "utf8")));
}

let processes = 0;
for (const name of await readdir(join(folder, "children")).catch(() => [])) {
  const { result } = (await readJson(join(folder, "children", name))) as { result: (ScriptReport & { url: string })[] };
  processes++;
  for (const script of result) if (script.url.startsWith("file:")) files.get(fileURLToPath(script.url))?.add(script);
}

/** `3-5, 9` */
const spans = (lines: readonly number[]): string => {
  const parts: [number, number][] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else parts.push([line, line]);
  }
  return parts.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(", ");
};

const percent = (covered: number, total: number): number => (total === 0 ? 100 : (100 * covered) / total);

let covered = 0;
let total = 0;
for (const [path, file] of [...files].toSorted(([a], [b]) => a.localeCompare(b))) {
  covered += file.covered;
  total += file.total;
  const share = percent(file.covered, file.total);
  if (share < wanted) console.log(`${share.toFixed(0).padStart(3)} %  ${relative(root, path)}: ${spans(file.missed)}`);
}
const share = percent(covered, total);
console.log(
  `${share.toFixed(1)} % of ${total} lines ran, in the tests and ${processes} processes that they started; ${wanted} % are wanted.`,
);
if (share < wanted || total === 0) process.exitCode = 1;
