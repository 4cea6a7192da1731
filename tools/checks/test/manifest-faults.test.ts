import { expect, test } from "vitest";
import { manifestFaults } from "../lib/manifest-faults.ts";
import type { Manifest } from "../lib/tarballs.ts";

const files = new Set(["LICENSE", "README.md", "package.json", "dist/index.js", "dist/index.d.ts"]);
const good: Manifest = {
  name: "@skitai/x",
  version: "1.0.0",
  description: "x",
  keywords: ["x"],
  license: "MIT",
  type: "module",
  engines: { node: ">=22.19" },
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  dependencies: { "@skitai/reactor": "1.0.0" },
};

test("a good manifest has no fault", () => {
  expect(manifestFaults(good, files)).toEqual([]);
});

test("exports that lead to sources are a fault", () => {
  const exports = { ".": { "skitai-source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" } };
  expect(manifestFaults({ ...good, exports }, files)).toEqual([
    'exports["."] has the condition skitai-source: publishConfig.exports did not replace it.',
    'exports["."]["skitai-source"] leads to src/index.ts, which is not in the tarball.',
  ]);
});

test("an export without declarations is a fault", () => {
  expect(manifestFaults({ ...good, exports: { ".": { default: "./dist/index.js" } } }, files)).toEqual([
    'exports["."] has no declarations.',
  ]);
});

test("a range that only the workspace understands is a fault", () => {
  expect(manifestFaults({ ...good, dependencies: { "@skitai/reactor": "workspace:*" } }, files)).toEqual([
    "@skitai/reactor is required as workspace:*, which only this repository knows.",
  ]);
});

test("missing papers and stray sources are faults", () => {
  expect(manifestFaults(good, new Set(["dist/index.js", "dist/index.d.ts", "src/index.ts"]))).toEqual([
    "LICENSE is not in the tarball.",
    "README.md is not in the tarball.",
    "src/index.ts is in the tarball; users need it not.",
  ]);
});
