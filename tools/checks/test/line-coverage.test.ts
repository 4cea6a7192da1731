import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { LineCoverage, type ScriptReport } from "../lib/line-coverage.ts";

const source = `const answer = (n: number): string => {
  if (n > 1) {
    return "many";
  }
  return "few";
};
console.log(answer(Number(process.argv[2])));
`;

/** Every line that has a statement, as istanbul would list it. */
const report = {
  path: "x.ts",
  statementMap: Object.fromEntries(
    [
      [1, 0],
      [2, 2],
      [3, 4],
      [5, 2],
      [7, 0],
    ].map(([line, column]) => [line, { start: { line, column } }]),
  ),
  s: { 1: 1, 2: 1, 3: 0, 5: 1, 7: 1 },
};

test("lines without a statement that ran are missed", () => {
  const lines = new LineCoverage(report, source);
  expect([lines.total, lines.covered, lines.missed]).toEqual([5, 4, [3]]);
});

test("what a process of its own executed counts too", async () => {
  const folder = await mkdtemp(join(tmpdir(), "skitai-coverage-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "x.ts");
  await writeFile(file, source);
  const env = { ...process.env, NODE_V8_COVERAGE: join(folder, "out") };
  await promisify(execFile)(process.execPath, [file, "5"], { env });

  const lines = new LineCoverage({ ...report, s: {} }, source);
  expect(lines.covered).toBe(0);
  for (const name of await readdir(join(folder, "out"))) {
    const { result } = JSON.parse(await readFile(join(folder, "out", name), "utf8")) as { result: (ScriptReport & { url: string })[] };
    for (const script of result) if (script.url === pathToFileURL(file).href) lines.add(script);
  }
  expect(lines.missed).toEqual([5]);
});
