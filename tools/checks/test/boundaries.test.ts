import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

/** What each file of the make-believe repository imports, and the rule that must object. */
const forbidden = [
  ["a sibling by name", "packages/saddle/src/by-name.ts", 'export * from "@skitai/aquests";', "siblings-know-only-the-reactor"],
  [
    "a type of a sibling",
    "packages/saddle/src/type.ts",
    'import type { X } from "@skitai/aquests";\nexport type Y = X;',
    "siblings-know-only-the-reactor",
  ],
  ["a sibling in a test", "packages/saddle/test/a.test.ts", 'import "@skitai/aquests";', "siblings-know-only-the-reactor"],
  [
    "a sibling when it is needed",
    "packages/saddle/src/lazy.ts",
    'export const load = () => import("@skitai/aquests");',
    "siblings-know-only-the-reactor",
  ],
  ["a sibling that is not installed", "packages/saddle/src/absent.ts", 'import "@skitai/gateway";', "siblings-know-only-the-reactor"],
  ["the facade from a part of it", "packages/aquests/src/facade.ts", 'import "skitai";', "siblings-know-only-the-reactor"],
  ["a package from the reactor", "packages/reactor/src/up.ts", 'import "@skitai/saddle";', "reactor-knows-no-package"],
  ["the facade from the reactor", "packages/reactor/src/top.ts", 'import "skitai";', "reactor-knows-no-package"],
  [
    "a package by a path into its files",
    "packages/skitai/src/path.ts",
    'export * from "../../saddle/src/index.ts";',
    "packages-meet-by-name",
  ],
  ["a tool", "packages/reactor/src/tool.ts", 'import "../../../tools/bench/main.ts";', "packages-stand-alone"],
  ["an app", "tools/bench/app.ts", 'import "../../apps/demo/app.ts";', "apps-are-ends"],
  ["a test from source", "packages/reactor/src/tested.ts", 'import "../test/helper.ts";', "source-knows-no-test"],
  ["a file that is not there", "packages/reactor/src/missing.ts", 'import "./nowhere.ts";', "no-unknown-modules"],
  ["each other", "packages/reactor/src/egg.ts", 'import { hen } from "./hen.ts";\nexport const egg = () => hen;', "no-cycles"],
] as const;

const allowed: Record<string, string> = {
  "packages/reactor/src/index.ts": "export const engine = 1;",
  "packages/reactor/src/hen.ts": 'import { egg } from "./egg.ts";\nexport const hen = () => egg;',
  "packages/reactor/src/one.ts": 'import type { Two } from "./two.ts";\nexport interface One { two: Two }',
  "packages/reactor/src/two.ts": 'import type { One } from "./one.ts";\nexport interface Two { one: One }',
  "packages/reactor/test/support/shared.ts": "export const shared = 1;",
  "packages/skitai/test/a.test.ts": 'import "../../reactor/test/support/shared.ts";',
  "packages/reactor/test/helper.ts": 'import "../src/index.ts";',
  "packages/saddle/src/index.ts": 'export * from "@skitai/reactor";',
  "packages/aquests/src/index.ts": 'export * from "@skitai/reactor";\nexport interface X { x: 1 }',
  "packages/skitai/src/index.ts": 'export * from "@skitai/saddle";\nexport * from "@skitai/aquests";\nexport * from "@skitai/reactor";',
  "apps/demo/app.ts": 'import "skitai";',
  "tools/bench/main.ts": 'import "skitai";',
};

let folder: string;
let violations: Violation[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skitai-boundaries-"));
  const files = { ...allowed, ...Object.fromEntries(forbidden.map(([, path, content]) => [path, content])) };
  for (const [file, text] of Object.entries(files)) await write(file, text);
  await mkdir(join(folder, "node_modules/@skitai"), { recursive: true });
  for (const name of ["reactor", "saddle", "aquests", "skitai"]) {
    const full = name === "skitai" ? name : `@skitai/${name}`;
    await write(`packages/${name}/package.json`, JSON.stringify({ name: full, exports: { ".": { "skitai-source": "./src/index.ts" } } }));
    await symlink(join(folder, "packages", name), join(folder, "node_modules", full));
  }
  violations = await cruise();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.for(forbidden)("importing %s is refused", ([, file, , rule]) => {
  expect(violations.filter((violation) => violation.from === file).map((violation) => violation.rule.name)).toContain(rule);
});

test("nothing else is refused", () => {
  const expected = new Set<string>(forbidden.map(([, file]) => file));
  expect(violations.filter((violation) => !expected.has(violation.from))).toEqual([]);
});

const write = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), `${text}\n`);
};

/** Runs the command of `pnpm boundaries` with the repository's own rules. */
const cruise = (): Promise<Violation[]> =>
  new Promise((done, fail) => {
    const args = ["--config", join(root, ".dependency-cruiser.cjs"), "--output-type", "json", "packages", "apps", "tools"];
    execFile(join(root, "node_modules/.bin/depcruise"), args, { cwd: folder, maxBuffer: 1 << 26 }, (_, stdout, stderr) => {
      try {
        done((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
      } catch {
        fail(new Error(`dependency-cruiser wrote no report: ${stderr}`));
      }
    });
  });
