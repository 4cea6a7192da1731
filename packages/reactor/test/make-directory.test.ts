import { existsSync, writeFileSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDirectory } from "../src/internal/make-directory.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

test("a directory and those above it are made", async () => {
  const path = join(temporaryDirectory(), "a", "b", "c");
  await makeDirectory(path);
  await makeDirectory(path);
  expect(existsSync(path)).toBe(true);
});

test("a file in the way is told of", async () => {
  const path = join(temporaryDirectory(), "file");
  writeFileSync(path, "");
  await expect(makeDirectory(path)).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeDirectory(join(path, "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test("a directory that takes no children is told of", async () => {
  await expect(makeDirectory("/proc/skitai/x")).rejects.toMatchObject({ code: "ENOENT" });
});

test("who removes what is being made is no reason to fail", async () => {
  const path = join(temporaryDirectory(), "contested");
  for (let round = 0; round < 300; round++) {
    const remove = (): Promise<void> => rmdir(path).catch(() => {});
    await Promise.all([makeDirectory(path), remove(), makeDirectory(path), remove(), makeDirectory(path)]);
  }
});
