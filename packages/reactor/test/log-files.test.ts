import { mkdirSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import fs from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Loggers, type LoggersOptions } from "../src/log/loggers.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const moment = new Date(2026, 10, 20, 20, 27, 32).getTime();

const open = async (options: Partial<LoggersOptions>): Promise<Loggers> => {
  const loggers = new Loggers({ rotates: true, now: () => moment, ...options });
  onTestFinished(() => loggers.close());
  await loggers.open();
  return loggers;
};

/** A console that remembers. */
const screen = (): { stream: Writable; text: () => string } => {
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { stream, text: () => text };
};

const read = (...path: string[]): string => readFileSync(join(...path), "utf8");

describe("with a path", () => {
  test("open creates the directory and the three files, which others may not read", async () => {
    const path = join(temporaryDirectory(), "a", "b");
    await open({ path });
    for (const name of ["server", "app", "request"]) {
      const stats = statSync(join(path, `${name}.log`));
      expect(stats.size).toBe(0);
      expect(stats.mode & 0o027).toBe(0);
    }
  });

  test("a constructor and lines before open touch no file, and open writes those lines", async () => {
    const path = join(temporaryDirectory(), "logs");
    const loggers = new Loggers({ path, rotates: true, now: () => moment });
    loggers.makeLogger("early").write("made before\n");
    loggers.get("app").log("waiting");
    expect(() => statSync(path)).toThrow("ENOENT");
    await loggers.open();
    await loggers.close();
    expect(read(path, "app.log")).toBe("2026.11.20 20:27:32 [info] waiting\n");
    expect(read(path, "early.log")).toBe("made before\n");
  });

  test("close without open still writes the lines that wait", async () => {
    const path = join(temporaryDirectory(), "logs");
    const loggers = new Loggers({ path, rotates: false, now: () => moment });
    loggers.get("server").log("could not listen", "error");
    await loggers.close();
    expect(read(path, "server.log")).toBe("2026.11.20 20:27:32 [error] could not listen\n");
  });

  test("a line has its type and ident, and an empty type leaves the tag out", async () => {
    const path = temporaryDirectory();
    const loggers = await open({ path });
    const app = loggers.get("app");
    app.log("called", "info", "abc-1-2/2001");
    app.log("no ident", "warn");
    app.log("bare", "");
    await loggers.flush();
    expect(read(path, "app.log")).toBe(
      "2026.11.20 20:27:32 [info:abc-1-2/2001] called\n2026.11.20 20:27:32 [warn] no ident\n2026.11.20 20:27:32 bare\n",
    );
  });

  test("rows after the first are indented, and neither message nor tag can forge a line", async () => {
    const path = temporaryDirectory();
    const loggers = await open({ path });
    loggers.get("app").log("one\ntwo\r\nthree\ttab\rover\u001B[2J\u009B\u2028x\n", "in\nfo", "/a]\nb");
    await loggers.flush();
    expect(read(path, "app.log")).toBe(
      "2026.11.20 20:27:32 [in\\x0afo:/a\\x5d\\x0ab] one\n  two\n  three\ttab\\x0dover\\x1b[2J\\x9b\\u2028x\n",
    );
  });

  test("an unknown name is the app log", async () => {
    const path = temporaryDirectory();
    const loggers = await open({ path });
    expect(loggers.get("nobody")).toBe(loggers.get("app"));
    expect(loggers.get("constructor").name).toBe("app");
  });

  test("makeLogger after open has its file at once", async () => {
    const path = temporaryDirectory();
    const loggers = await open({ path });
    const audit = loggers.makeLogger("audit", "weekly");
    expect(statSync(join(path, "audit.log")).size).toBe(0);
    expect(loggers.get("audit")).toBe(audit);
    audit.write("seen\n");
    await loggers.flush();
    expect(read(path, "audit.log")).toBe("seen\n");
  });

  test.each(["server", "app", "request", "mine"])("makeLogger refuses the name %s when it exists", async (name) => {
    const loggers = await open({ path: temporaryDirectory() });
    loggers.makeLogger("other");
    if (name === "mine") loggers.makeLogger(name);
    expect(() => loggers.makeLogger(name)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_LOGGER_EXISTS" }));
  });

  test.each(["", "../evil", "a/b", "a\\b", ".hidden", "-x", "a\u0000", "x".repeat(65)])(
    "makeLogger refuses %j, which is no file name",
    (name) => {
      const loggers = new Loggers({ rotates: false });
      expect(() => loggers.makeLogger(name)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
    },
  );

  test("an existing file is continued", async () => {
    const path = temporaryDirectory();
    writeFileSync(join(path, "app.log"), "before\n");
    const loggers = await open({ path, rotates: false });
    loggers.get("app").write("after\n");
    await loggers.close();
    expect(read(path, "app.log")).toBe("before\nafter\n");
  });

  test("close writes everything, more than one batch too, and can be called again", async () => {
    const path = temporaryDirectory();
    const loggers = await open({ path });
    const lines = Array.from({ length: 20_000 }, (_, number) => `line ${number} \u00E9\n`);
    for (const line of lines) loggers.get("request").write(line);
    await Promise.all([loggers.close(), loggers.close()]);
    expect(read(path, "request.log")).toBe(lines.join(""));
    loggers.get("request").write("too late\n");
    await loggers.close();
    expect(read(path, "request.log")).toBe(lines.join(""));
  });

  test("lines reach the file without flush or close", async () => {
    const path = temporaryDirectory();
    const loggers = await open({ path });
    loggers.get("app").write("soon\n");
    await vi.waitFor(() => expect(read(path, "app.log")).toBe("soon\n"), { interval: 20, timeout: 5_000 });
  });

  test("opening twice is opening once, and a closed one does not open", async () => {
    const loggers = await open({ path: temporaryDirectory() });
    await loggers.open();
    await loggers.close();
    await expect(loggers.open()).rejects.toMatchObject({ code: "SKITAI_REACTOR_ALREADY_CLOSED" });
  });

  test.each([{ maxSize: 0 }, { maxSize: Number.NaN }, { keep: 0 }])("%o is refused", (options) => {
    expect(() => new Loggers({ rotates: true, ...options })).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
  });
});

describe("without a path", () => {
  test("lines go to the console, before open, while open and after close", async () => {
    const { stream, text } = screen();
    const loggers = new Loggers({ rotates: true, console: stream, now: () => moment });
    loggers.get("server").write("1\n");
    await loggers.open();
    loggers.get("app").write("2\n");
    loggers.get("request").write("3\n");
    await loggers.flush();
    expect(text()).toBe("1\n2\n3\n");
    loggers.get("app").write("4\n");
    await loggers.close();
    expect(text()).toBe("1\n2\n3\n4\n");
    loggers.get("app").write("5\n");
    expect(text()).toBe("1\n2\n3\n4\n5\n");
    expect(stream.writableEnded).toBe(false);
  });

  test("the lines of one turn are one write", async () => {
    const writes: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        if (chunk.length > 0) writes.push(chunk.toString());
        done();
      },
    });
    const loggers = await open({ console: stream });
    for (let number = 0; number < 3; number++) loggers.get("app").write(`${number}\n`);
    await new Promise((resolve) => setImmediate(resolve));
    expect(writes).toEqual(["0\n1\n2\n"]);
  });

  test("rotate, reopen and check do nothing", async () => {
    const onRotated = vi.fn<() => void>();
    const loggers = await open({ console: screen().stream, onRotated });
    await loggers.rotate();
    await loggers.check();
    loggers.reopen();
    expect(onRotated).not.toHaveBeenCalled();
  });

  test("a console that breaks is told of once and does no harm", async () => {
    const told: string[] = [];
    const stream = new Writable({ write: (_, __, done) => done(new Error("EPIPE")) });
    const loggers = await open({ console: stream, onTrouble: (message) => told.push(message) });
    loggers.get("app").write("1\n");
    await loggers.flush();
    loggers.get("app").write("2\n");
    await loggers.close();
    loggers.get("app").write("3\n");
    expect(told).toEqual(["Cannot write logs to the console any more: EPIPE"]);
    expect(stream.listenerCount("error")).toBe(0);
  });

  test("a console whose reader does not read is given up before memory is", async () => {
    const told: string[] = [];
    const stream = new Writable({ write: () => {} });
    const loggers = new Loggers({ console: stream, rotates: false, onTrouble: (message) => told.push(message) });
    await loggers.open();
    for (let number = 0; number < 20; number++) {
      loggers.get("app").write(`${"x".repeat(1024 * 1024)}\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(told).toEqual(["Cannot write logs to the console any more: its reader does not keep up"]);
    expect(stream.writableLength).toBeLessThan(18 * 1024 * 1024);
    await loggers.close();
  });
});

test("verbose writes to both", async () => {
  const path = temporaryDirectory();
  const { stream, text } = screen();
  const loggers = await open({ path, verbose: true, console: stream });
  loggers.get("server").log("started");
  await loggers.flush();
  expect(text()).toBe("2026.11.20 20:27:32 [info] started\n");
  expect(read(path, "server.log")).toBe(text());
});

test("await using closes", async () => {
  const path = temporaryDirectory();
  {
    await using loggers = new Loggers({ path, rotates: true });
    await loggers.open();
    loggers.get("app").write("x\n");
  }
  expect(read(path, "app.log")).toBe("x\n");
});

const failed = (file: string): unknown =>
  expect.objectContaining({ code: "SKITAI_REACTOR_LOG_FAILED", message: expect.stringContaining(file) });

describe("a log that cannot be written", () => {
  test("fails open when its directory cannot be made", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    const path = join(directory, "file", "logs");
    const told: string[] = [];
    const loggers = new Loggers({ path, rotates: true, onTrouble: (message) => told.push(message) });
    loggers.get("app").write("waiting\n");
    await expect(loggers.open()).rejects.toThrow(failed(join(path, "server.log")));
    await loggers.close();
    expect(told).toEqual([]);
  });

  test("fails open when one file cannot be opened, and closes the others", async () => {
    const path = temporaryDirectory();
    mkdirSync(join(path, "request.log"));
    const loggers = new Loggers({ path, rotates: true });
    const listeners = process.listenerCount("exit");
    await expect(loggers.open()).rejects.toThrow(failed(join(path, "request.log")));
    expect(process.listenerCount("exit")).toBe(listeners);
    await expect(loggers.open()).rejects.toMatchObject({ code: "SKITAI_REACTOR_ALREADY_CLOSED" });
  });

  test("fails makeLogger, which then adds none", async () => {
    const path = temporaryDirectory();
    mkdirSync(join(path, "audit.log"));
    const loggers = await open({ path });
    expect(() => loggers.makeLogger("audit")).toThrow(failed("audit.log"));
    expect(loggers.get("audit").name).toBe("app");
  });

  test("without open is told of when close finds out", async () => {
    const path = temporaryDirectory();
    mkdirSync(join(path, "app.log"));
    const told: string[] = [];
    const loggers = new Loggers({ path, rotates: true, onTrouble: (message) => told.push(message) });
    loggers.get("app").write("waiting\n");
    await loggers.close();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain("Cannot write the log");
  });

  test.runIf(process.platform === "linux")("on a full disk is told of once, keeps the process going and closes", async () => {
    const path = temporaryDirectory();
    symlinkSync("/dev/full", join(path, "app.log"));
    const told: string[] = [];
    const loggers = await open({ path, onTrouble: (message) => told.push(message) });
    for (let round = 0; round < 5; round++) {
      loggers.get("app").write("lost\n");
      loggers.get("request").write("kept\n");
      await loggers.flush();
    }
    await loggers.close();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`Cannot write the log ${join(path, "app.log")}: ENOSPC`);
    expect(read(path, "request.log")).toBe("kept\n".repeat(5));
  });

  test("keeps its lines until the disk takes them again, and says so", async () => {
    const path = temporaryDirectory();
    const told: string[] = [];
    const loggers = await open({ path, onTrouble: (message) => told.push(message) });
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const write = vi
      .spyOn(fs, "write")
      .mockImplementation(((_fd: number, _text: string, done: (error: Error) => void) => done(full)) as never);
    onTestFinished(() => write.mockRestore());
    loggers.get("app").write("one\n");
    await loggers.flush();
    loggers.get("app").write("two\n");
    await loggers.flush();
    expect(told).toEqual([`Cannot write the log ${join(path, "app.log")}: ENOSPC: no space left on device, write`]);
    write.mockRestore();
    // Nothing is written any more: the log tries again by itself.
    await vi.waitFor(() => expect(told).toHaveLength(2), { interval: 20, timeout: 5_000 });
    expect(told[1]).toBe(`The log ${join(path, "app.log")} is written again. Lost: 0 characters.`);
    expect(read(path, "app.log")).toBe("one\ntwo\n");
  });

  test("loses lines before memory runs out, and counts them", async () => {
    const path = temporaryDirectory();
    const told: string[] = [];
    const loggers = await open({ path, onTrouble: (message) => told.push(message) });
    const pending: (() => void)[] = [];
    const real = fs.write;
    const write = vi
      .spyOn(fs, "write")
      .mockImplementation((...call: Parameters<typeof fs.write>) => void pending.push(() => real(...call)));
    onTestFinished(() => write.mockRestore());
    const line = `${"x".repeat(1024 * 1024 - 1)}\n`;
    for (let number = 0; number < 70; number++) loggers.get("app").write(line);
    expect(told).toEqual([`Cannot write the log ${join(path, "app.log")}: lines come faster than they can be written, some are lost`]);
    write.mockRestore();
    for (const go of pending) go();
    await loggers.close();
    const length = statSync(join(path, "app.log")).size;
    expect(length).toBe(64 * line.length);
  });

  test("loses lines that wait too long for open, and says so", async () => {
    const path = temporaryDirectory();
    const told: string[] = [];
    const loggers = new Loggers({ path, rotates: false, onTrouble: (message) => told.push(message) });
    for (let number = 0; number < 17; number++) loggers.get("app").write(`${"x".repeat(1024 * 1024)}\n`);
    await loggers.open();
    loggers.get("app").write("y\n");
    await loggers.flush();
    expect(told[0]).toContain("some are lost");
    expect(told[1]).toContain("is written again. Lost: ");
    expect(read(path, "app.log").endsWith("y\n")).toBe(true);
    await loggers.close();
  });
});

test("reopen that fails is told of once and goes on in the old file", async () => {
  const path = temporaryDirectory();
  const told: string[] = [];
  const loggers = await open({ path, rotates: false, onTrouble: (message) => told.push(message) });
  const file = join(path, "app.log");
  const old = join(path, "app-old.log");
  fs.renameSync(file, old);
  mkdirSync(file);
  for (let round = 0; round < 2; round++) {
    loggers.reopen();
    await loggers.rotate();
    loggers.get("app").write(`${round}\n`);
  }
  await loggers.flush();
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("EISDIR");
  fs.rmdirSync(file);
  await loggers.rotate();
  loggers.get("app").write("new\n");
  await loggers.close();
  expect(read(old)).toBe("0\n1\n");
  expect(read(file)).toBe("new\n");
  unlinkSync(old);
});
