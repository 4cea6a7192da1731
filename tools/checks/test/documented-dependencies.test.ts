import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../lib/tarballs.ts";

type Ranges = Record<string, string>;
interface Manifest {
  dependencies?: Ranges;
  devDependencies?: Ranges;
  optionalDependencies?: Ranges;
  peerDependencies?: Ranges;
}

/** Third-party packages that the manifests of the repository name. */
const required = new Set<string>();
for (const file of ["package.json", ...globSync("{packages,apps,tools}/*/package.json", { cwd: root })]) {
  const manifest = JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest;
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  for (const [name, range] of Object.entries(all)) if (!range.startsWith("workspace:")) required.add(name);
}

const documented = new Set(
  [...readFileSync(join(root, "docs/dependencies.md"), "utf8").matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = ""]) => name),
);

test("every dependency has its row in docs/dependencies.md", () => {
  expect([...required].filter((name) => !documented.has(name))).toEqual([]);
});

test("docs/dependencies.md has no row for what nothing requires", () => {
  expect([...documented].filter((name) => !required.has(name))).toEqual([]);
});
