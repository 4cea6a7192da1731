import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../lib/tarballs.ts";

/** What no linter here has a rule for. */
const refused = [
  ["a cast by way of unknown", /\bas unknown as\b/],
  ["a private member that is private in name only", /^\s*private (?!constructor)/m],
] as const;

const files = globSync("packages/*/src/**/*.ts", { cwd: root });

test.for(refused)("no source file has %s", ([, pattern]) => {
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => pattern.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
});
