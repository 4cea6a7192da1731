import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const fixture = (name: string): string => join(import.meta.dirname, "fixtures", "log", name);
const node = ["--conditions=skitai-source"];

const ended = async (child: ChildProcess): Promise<number | null> => {
  onTestFinished(() => void child.kill("SIGKILL"));
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
};

const lines = (count: number): string => Array.from({ length: count }, (_, number) => `line ${number}\n`).join("");

/** A batch that is on its way when the process exits may come after those that waited for it. */
const sorted = (text: string): string[] => text.split("\n").toSorted();

test("two processes append to one file and every line is whole", async () => {
  const path = temporaryDirectory();
  const count = 20_000;
  const children = ["A", "B"].map((writer) => fork(fixture("append.ts"), [path, writer, String(count)], { execArgv: node }));
  const ends = children.map(ended);
  await Promise.all(children.map((child) => once(child, "message")));
  for (const child of children) child.send("go");
  expect(await Promise.all(ends)).toEqual([0, 0]);

  const next: Record<string, number> = { A: 0, B: 0 };
  let turns = 0;
  let last = "";
  for (const line of readFileSync(join(path, "request.log"), "utf8").split("\n").slice(0, -1)) {
    const [writer = "", number = ""] = line.split(" ", 2);
    if (line !== `${writer} ${next[writer]} ${"x".repeat(Number(number) % 300)} end`) throw new Error(`torn: ${line}`);
    next[writer]!++;
    if (writer !== last) turns++;
    last = writer;
  }
  expect(next).toEqual({ A: count, B: count });
  // They did write at the same time, else this proves nothing.
  expect(turns).toBeGreaterThan(2);
});

describe("a process that leaves without closing its logs", () => {
  test.each([
    ["end", 3, 0],
    ["end", 20_000, 0],
    ["exit", 3, 0],
    ["exit", 20_000, 0],
    ["throw", 20_000, 1],
  ])("by %s after %d lines has written each", async (way, count, code) => {
    const path = temporaryDirectory();
    const child = spawn(process.execPath, [...node, fixture("leave.ts"), path, way, String(count)], { stdio: "ignore" });
    expect(await ended(child)).toBe(code);
    expect(sorted(readFileSync(join(path, "app.log"), "utf8"))).toEqual(sorted(lines(count)));
  });

  test("right after a rotation has written each", async () => {
    const path = temporaryDirectory();
    const child = spawn(process.execPath, [...node, fixture("leave.ts"), path, "rotate-exit", "20000"], { stdio: "ignore" });
    expect(await ended(child)).toBe(0);
    const { day } = /app-(?<day>\d+)\.log/.exec(readdirSync(path).join(" "))!.groups as { day: string };
    expect(sorted(readFileSync(join(path, `app-${day}.log`), "utf8"))).toEqual(sorted(lines(20_000)));
    expect(readFileSync(join(path, "app.log"), "utf8")).toBe("after\n");
  });

  test("by exit has written each to the console", async () => {
    const child = spawn(process.execPath, [...node, fixture("leave.ts"), "", "exit", "20000"], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const closed = once(child, "close");
    expect(await ended(child)).toBe(0);
    await closed;
    expect(text).toBe(lines(20_000));
  });
});

test("a process whose console's reader went away says so and lives on", async () => {
  const child = spawn(process.execPath, [...node, fixture("leave.ts"), "", "continue", "1"], { stdio: ["pipe", "pipe", "pipe"] });
  const end = ended(child);
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
  await once(child.stdout, "data");
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.write("go\n");
  expect(await end).toBe(7);
  expect(told).toMatch(/^Cannot write logs to the console any more: .*EPIPE.*\n$/);
});
