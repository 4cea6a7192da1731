import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documentedErrors } from "../lib/documented-errors.ts";
import { root } from "../lib/tarballs.ts";

const documented = documentedErrors(readFileSync(join(root, "docs/errors.md"), "utf8"));

/** The packages that throw errors of their own. */
const packages = readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "src/errors.ts")));

/** All source text of a package. */
const sourceOf = (name: string): string =>
  readdirSync(join(root, "packages", name, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(root, "packages", name, "src", file), "utf8"))
    .join("\n");

/** What `src/errors.ts` exports as `<package>ErrorCodes`. */
const codesOf = async (name: string): Promise<string[]> => {
  const module = (await import(join(root, "packages", name, "src/errors.ts"))) as Record<string, unknown>;
  return module[`${name}ErrorCodes`] as string[];
};

test.for(packages)("every error code of %s is in docs/errors.md", async (name) => {
  const known = new Set(documented.map((row) => row.code));
  expect((await codesOf(name)).filter((code) => !known.has(code))).toEqual([]);
});

test.for(packages)("every error code of %s is used beside the table that defines it", async (name) => {
  const source = sourceOf(name);
  expect((await codesOf(name)).filter((code) => source.split(new RegExp(`\\b${code}\\b`)).length < 3)).toEqual([]);
});

test("docs/errors.md lists no code that is gone, and none twice", async () => {
  const codes = (await Promise.all(packages.map(codesOf))).flat();
  expect(documented.map((row) => row.code).toSorted()).toEqual(codes.toSorted());
});

test("docs/errors.md says for each code when it happens and what to do", () => {
  expect(documented.filter((row) => row.when === "" || row.remedy === "")).toEqual([]);
});
