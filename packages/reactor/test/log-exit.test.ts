import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LogFile } from "../src/log/log-file.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const openFile = (path: string): { file: LogFile; told: string[] } => {
  const told: string[] = [];
  const file = new LogFile(path, "daily", (message) => told.push(message));
  file.openSync(Date.now());
  onTestFinished(() => file.close(Date.now()));
  return { file, told };
};

const numbered = (from: number, to: number): string => Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join("");

test("flushSync writes what waits before it returns", () => {
  const path = join(temporaryDirectory(), "app.log");
  const { file } = openFile(path);
  file.write(numbered(0, 10));
  file.flushSync();
  expect(readFileSync(path, "utf8")).toBe(numbered(0, 10));
  file.flushSync();
  expect(readFileSync(path, "utf8")).toBe(numbered(0, 10));
});

test("flushSync adds nothing twice to what is being written", async () => {
  const path = join(temporaryDirectory(), "app.log");
  const { file } = openFile(path);
  // More than one batch: the first is on its way, the others wait for it.
  for (let start = 0; start < 100_000; start += 10_000) file.write(numbered(start, start + 10_000));
  file.write("last\n");
  file.flushSync();
  await file.close(Date.now());
  const found = readFileSync(path, "utf8").split("\n").slice(0, -1);
  expect(found.toSorted()).toEqual([...numbered(0, 100_000).split("\n").slice(0, -1), "last"].toSorted());
});

test.runIf(process.platform === "linux")("flushSync on a full disk tells of it and returns", () => {
  const path = join(temporaryDirectory(), "app.log");
  symlinkSync("/dev/full", path);
  const { file, told } = openFile(path);
  file.write("lost\n");
  file.flushSync();
  file.flushSync();
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("ENOSPC");
});
