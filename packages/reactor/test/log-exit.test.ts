import fs, { readdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
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

/** The files that this process has open. */
const openPaths = (): string[] =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return []; // The descriptor that lists the directory is gone by now.
    }
  });

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

test("flushSync also writes what still waits for the file of before a reopen", async () => {
  const path = join(temporaryDirectory(), "app.log");
  const { file } = openFile(path);
  const real = fs.write;
  const held: (() => void)[] = [];
  const write = vi.spyOn(fs, "write").mockImplementation((...call: Parameters<typeof fs.write>) => void held.push(() => real(...call)));
  onTestFinished(() => write.mockRestore());
  const batch = `${"x".repeat(70_000)}\n`;
  file.write(`1 ${batch}`);
  file.write(`2 ${batch}`);
  renameSync(path, `${path}.old`);
  await file.reopen();
  file.write("3\n");
  file.flushSync();
  expect(readFileSync(`${path}.old`, "utf8")).toBe(`2 ${batch}`);
  expect(readFileSync(path, "utf8")).toBe("3\n");
  write.mockRestore();
  for (const go of held) go();
  await file.close(Date.now());
  expect(readFileSync(`${path}.old`, "utf8")).toBe(`2 ${batch}1 ${batch}`);
});

test.runIf(process.platform === "linux")("a reopened log lets go of the file of before", async () => {
  const path = join(temporaryDirectory(), "app.log");
  const { file } = openFile(path);
  const isHeld = (name: string): boolean => openPaths().includes(name);
  expect(isHeld(path)).toBe(true);
  renameSync(path, `${path}.old`);
  await file.reopen();
  await vi.waitFor(() => expect(isHeld(`${path}.old`)).toBe(false), { interval: 10, timeout: 5_000 });
  expect(isHeld(path)).toBe(true);
  await file.close(Date.now());
  expect(isHeld(path)).toBe(false);
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
