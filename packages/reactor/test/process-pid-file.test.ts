import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { PidFile, readPidFile } from "../src/process/pid-file.ts";
import { processMark } from "../src/process/process-mark.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

/** What another process does while it is looked whether the one in the file lives. */
const meanwhile = vi.hoisted(() => ({ act: undefined as (() => void) | undefined }));

vi.mock(import("../src/process/process-mark.ts"), async (original) => {
  const actual = await original();
  return {
    ...actual,
    processMark: (pid) => {
      const mark = actual.processMark(pid);
      const { act } = meanwhile;
      meanwhile.act = undefined;
      act?.();
      return mark;
    },
  };
});

/** More than any process has on Linux. */
const gone = "999999999\nnone\n0\n\n";
const other = process.ppid;
const ofOther = (): string => `${other}\n${processMark(other)}\n0\n\n`;

const pidFile = (content?: string): string => {
  const file = join(temporaryDirectory(), "pid");
  if (content !== undefined) writeFileSync(file, content);
  return file;
};

const claim = (file: string): void => {
  const claimed = PidFile.claim(file);
  onTestFinished(() => claimed[Symbol.dispose]());
};

const running = { code: "SKITAI_REACTOR_ALREADY_RUNNING", message: `already running [${other}]` };

test.each([undefined, gone, "", "no number"])("a file that says %j is claimed, and nothing is left beside it", (content) => {
  const file = pidFile(content);
  claim(file);
  expect(readPidFile(file)).toEqual({ pid: process.pid, mark: processMark(process.pid), restarts: 0, problem: "" });
  expect(readdirSync(join(file, ".."))).toEqual(["pid"]);
});

test("the file of a process that lives is left to it", () => {
  const file = pidFile(ofOther());
  expect(() => claim(file)).toThrow(expect.objectContaining(running));
  expect(readFileSync(file, "utf8")).toBe(ofOther());
});

test("a stale file that another process replaces at the same moment is that one's", () => {
  const file = pidFile(gone);
  const content = ofOther();
  // This process has read the stale file and asks whether its process lives.
  let looks = 0;
  const replace = (): void => {
    // The first look is at this process itself.
    if (++looks === 1) return void (meanwhile.act = replace);
    rmSync(file);
    writeFileSync(file, content);
  };
  meanwhile.act = replace;
  expect(() => claim(file)).toThrow(expect.objectContaining(running));
  expect(readFileSync(file, "utf8")).toBe(content);
  expect(readdirSync(join(file, ".."))).toEqual(["pid"]);
});

test("whoever is about to replace a stale file is not disturbed", () => {
  const file = pidFile(gone);
  writeFileSync(`${file}.lock`, ofOther());
  expect(() => claim(file)).toThrow(expect.objectContaining(running));
  expect(readFileSync(file, "utf8")).toBe(gone);
});

test("whoever died while it replaced a stale file is in nobody's way", () => {
  const file = pidFile(gone);
  writeFileSync(`${file}.lock`, gone);
  claim(file);
  expect(readdirSync(join(file, ".."))).toEqual(["pid"]);
});

test("of several processes that claim a stale file at once, one succeeds", async () => {
  const file = pidFile(gone);
  const said = async (child: ChildProcess): Promise<unknown> => (await once(child, "message"))[0];
  const starters = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = fork(new URL("fixtures/process/claim.ts", import.meta.url), [file], { execArgv: ["--conditions=skitai-source"] });
      onTestFinished(async () => {
        child.disconnect();
        await once(child, "exit");
      });
      await said(child);
      return child;
    }),
  );
  const outcomes = starters.map(said);
  for (const child of starters) child.send("claim");
  const ended = await Promise.all(outcomes);
  expect(ended.filter((outcome) => outcome === "claimed")).toHaveLength(1);
  expect(ended.filter((outcome) => outcome === "SKITAI_REACTOR_ALREADY_RUNNING")).toHaveLength(3);
});

test("a file that cannot be written is named", () => {
  const file = join(temporaryDirectory(), "none", "pid");
  expect(() => claim(file)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_PID_FILE", message: expect.stringContaining(file) }));
});
