import { readdirSync, readFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Loggers, type LoggersOptions } from "../src/log/loggers.ts";
import type { RotationPeriod } from "../src/log/logger.ts";
import { nextRotation, removeOldLogs, renameLog } from "../src/log/rotation.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const at = (...parts: [year: number, month: number, day: number, hour?: number, minute?: number, second?: number]): number => {
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
};

const read = (...path: string[]): string => readFileSync(join(...path), "utf8");

/** Logs with a clock that the test sets. */
const withClock = async (
  start: number,
  options: Partial<LoggersOptions> = {},
): Promise<{ loggers: Loggers; path: string; clock: { now: number } }> => {
  const path = options.path ?? temporaryDirectory();
  const clock = { now: start };
  const loggers = new Loggers({ path, rotates: true, now: () => clock.now, ...options });
  onTestFinished(() => loggers.close());
  await loggers.open();
  return { loggers, path, clock };
};

describe("the next rotation", () => {
  // Without a zone these are local times.
  test.each<[RotationPeriod, string, string]>([
    ["daily", "2026-11-20T20:27:32", "2026-11-21T00:00"],
    ["daily", "2026-11-20T00:00:00", "2026-11-21T00:00"],
    ["daily", "2026-12-31T23:59:59", "2027-01-01T00:00"],
    ["daily", "2028-02-28T12:00:00", "2028-02-29T00:00"],
    ["weekly", "2026-11-20T20:00:00", "2026-11-23T00:00"],
    ["weekly", "2026-11-22T23:59:59", "2026-11-23T00:00"],
    ["weekly", "2026-11-23T00:00:00", "2026-11-30T00:00"],
    ["weekly", "2026-12-31T00:00:00", "2027-01-04T00:00"],
    ["monthly", "2026-11-20T00:00:00", "2026-12-01T00:00"],
    ["monthly", "2026-12-01T00:00:00", "2027-01-01T00:00"],
    ["monthly", "2027-01-31T23:00:00", "2027-02-01T00:00"],
  ])("of a %s log after %s is %s", (period, after, expected) => {
    expect(nextRotation(Date.parse(after), period)).toBe(Date.parse(expected));
  });

  test("is the local midnight on days of 23 and 25 hours", () => {
    const before = process.env["TZ"];
    process.env["TZ"] = "Europe/Berlin";
    try {
      expect(new Date(nextRotation(Date.parse("2026-10-24T22:30:00Z"), "daily")).toISOString()).toBe("2026-10-25T23:00:00.000Z");
      expect(new Date(nextRotation(Date.parse("2026-03-29T10:00:00Z"), "daily")).toISOString()).toBe("2026-03-29T22:00:00.000Z");
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });
});

describe("a renamed log", () => {
  test("is named by the day, then by the second, then by number, and overwrites nothing", async () => {
    const path = temporaryDirectory();
    const file = join(path, "app.log");
    const moment = at(2026, 11, 20, 20, 27, 32);
    for (let number = 0; number < 4; number++) {
      writeFileSync(file, String(number));
      await renameLog(file, moment);
    }
    expect(readdirSync(path).toSorted()).toEqual([
      "app-20261120-202732-1.log",
      "app-20261120-202732-2.log",
      "app-20261120-202732.log",
      "app-20261120.log",
    ]);
    expect(read(path, "app-20261120.log")).toBe("0");
    expect(read(path, "app-20261120-202732.log")).toBe("1");
    expect(read(path, "app-20261120-202732-1.log")).toBe("2");
    expect(read(path, "app-20261120-202732-2.log")).toBe("3");
  });

  test("is not made of a log that does not exist", async () => {
    const path = temporaryDirectory();
    expect(await renameLog(join(path, "app.log"), at(2026, 11, 20))).toBeUndefined();
    expect(readdirSync(path)).toEqual([]);
  });

  test("goes when newer ones fill its place, in the order of dates and numbers", async () => {
    const path = temporaryDirectory();
    const inOrder = [
      "app-20251231-235959.log",
      "app-20260101.log",
      "app-20260101-000001.log",
      "app-20260101-000001-2.log",
      "app-20260101-000001-10.log",
      "app-20260102.log",
    ];
    const others = [
      "app.log",
      "app-extra-20200101.log",
      "app-20200101.log.gz",
      "app-2020.log",
      "application-20200101.log",
      "xapp-20200101.log",
    ];
    for (const name of [...inOrder, ...others]) writeFileSync(join(path, name), "");
    for (let keep = inOrder.length; keep >= 1; keep--) {
      await removeOldLogs(join(path, "app.log"), keep);
      expect(readdirSync(path).toSorted()).toEqual([...inOrder.slice(inOrder.length - keep), ...others].toSorted());
    }
  });
});

describe("by time", () => {
  test("a log is renamed when its period is over and named by the period's last day", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 2, 28, 23, 59, 58));
    for (const name of ["server", "app", "request"]) loggers.get(name).write("old\n");
    await loggers.flush();
    await loggers.check();
    expect(readdirSync(path).toSorted()).toEqual(["app.log", "request.log", "server.log"]);

    clock.now = at(2020, 2, 29, 0, 0, 1);
    await loggers.check();
    loggers.get("app").write("new\n");
    await loggers.flush();
    expect(readdirSync(path).toSorted()).toEqual(["app-20200228.log", "app.log", "request-20200228.log", "request.log", "server.log"]);
    expect(read(path, "app-20200228.log")).toBe("old\n");
    expect(read(path, "app.log")).toBe("new\n");

    clock.now = at(2020, 3, 1);
    await loggers.check();
    expect(readdirSync(path)).toContain("server-20200229.log");
    expect(readdirSync(path)).toContain("app-20200229.log");
    expect(readdirSync(path)).not.toContain("request-20200229.log");
  });

  test("an empty log is not renamed, and the next period counts", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 2, 28));
    clock.now = at(2020, 2, 29);
    await loggers.check();
    loggers.get("app").write("x\n");
    await loggers.flush();
    await loggers.check();
    expect(readdirSync(path).toSorted()).toEqual(["app.log", "request.log", "server.log"]);
    clock.now = at(2020, 3, 1);
    await loggers.check();
    expect(readdirSync(path)).toContain("app-20200229.log");
  });

  test("the timer looks by itself", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 2, 28));
    loggers.get("app").write("x\n");
    await loggers.flush();
    clock.now = at(2020, 2, 29);
    await vi.waitFor(() => expect(readdirSync(path)).toContain("app-20200228.log"), { interval: 20, timeout: 5_000 });
  });

  test("a log of an earlier day is renamed when a process opens it", async () => {
    const path = temporaryDirectory();
    const written = new Date(2020, 1, 10, 15, 30);
    for (const name of ["server", "app"]) {
      writeFileSync(join(path, `${name}.log`), "old\n");
      utimesSync(join(path, `${name}.log`), written, written);
    }
    await withClock(at(2020, 2, 28), { path });
    expect(readdirSync(path).toSorted()).toEqual(["app-20200210.log", "app.log", "request.log", "server.log"]);
  });

  test("a log made later has its own period", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 2, 28));
    loggers.makeLogger("audit", "weekly").write("x\n");
    await loggers.flush();
    clock.now = at(2020, 3, 1, 12);
    await loggers.check();
    expect(readdirSync(path)).not.toContain("audit-20200301.log");
    clock.now = at(2020, 3, 2);
    await loggers.check();
    expect(readdirSync(path)).toContain("audit-20200301.log");
  });
});

describe("by size", () => {
  test("a log is renamed once it has that many bytes, and named by the present", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 2, 28, 10), { maxSize: 10 });
    loggers.get("app").write("123456789");
    await loggers.flush();
    await loggers.check();
    expect(readdirSync(path)).toHaveLength(3);
    loggers.get("app").write("\n");
    await loggers.flush();
    await loggers.check();
    expect(read(path, "app-20200228.log")).toBe("123456789\n");

    clock.now = at(2020, 2, 28, 11, 2, 3);
    loggers.get("app").write("1234567890\n");
    await loggers.flush();
    await loggers.check();
    expect(read(path, "app-20200228-110203.log")).toBe("1234567890\n");
    expect(read(path, "app.log")).toBe("");
  });
});

describe("rotate", () => {
  test("renames all logs now, empty ones too, and calls the hook once", async () => {
    const onRotated = vi.fn<() => void>();
    const { loggers, path } = await withClock(at(2020, 2, 28, 10, 11, 12), { onRotated });
    loggers.get("app").write("1\n");
    await loggers.rotate();
    loggers.get("app").write("2\n");
    await loggers.rotate();
    loggers.get("app").write("3\n");
    await loggers.flush();
    expect(onRotated).toHaveBeenCalledTimes(2);
    expect(readdirSync(path)).toHaveLength(9);
    expect(read(path, "app-20200228.log")).toBe("1\n");
    expect(read(path, "app-20200228-101112.log")).toBe("2\n");
    expect(read(path, "app.log")).toBe("3\n");
  });

  test("keeps the newest 30", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 1, 1, 10));
    for (let day = 1; day <= 33; day++) {
      clock.now = at(2020, 1, day, 10);
      await loggers.check();
      loggers.get("app").write(`${day}\n`);
      await loggers.rotate();
    }
    const rotated = readdirSync(path)
      .filter((name) => name.startsWith("app-"))
      .toSorted();
    expect(rotated).toHaveLength(30);
    expect(rotated[0]).toBe("app-20200104.log");
    expect(rotated.at(-1)).toBe("app-20200202.log");
  });

  test("keeps as many as told", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 1, 1, 10), { keep: 3 });
    for (let second = 0; second < 6; second++) {
      clock.now += 1000;
      await loggers.rotate();
    }
    expect(readdirSync(path).filter((name) => name.startsWith("app-"))).toEqual([
      "app-20200101-100004.log",
      "app-20200101-100005.log",
      "app-20200101-100006.log",
    ]);
  });

  test("keeps the newest of one second too", async () => {
    const { loggers, path } = await withClock(at(2020, 1, 1, 10), { keep: 2 });
    for (let number = 0; number < 5; number++) {
      loggers.get("app").write(`${number}\n`);
      await loggers.rotate();
      await loggers.flush();
    }
    const kept = ["app-20200101-100000-2.log", "app-20200101-100000-3.log"];
    expect(readdirSync(path).filter((name) => name.startsWith("app-"))).toEqual(kept);
    expect(kept.map((name) => read(path, name))).toEqual(["3\n", "4\n"]);
  });

  test("keeps the newest after the clock was set back", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 1, 5, 10), { keep: 2 });
    await loggers.rotate();
    clock.now = at(2020, 1, 5, 11);
    await loggers.rotate();
    clock.now = at(2020, 1, 4, 12);
    loggers.get("app").write("newest\n");
    await loggers.rotate();
    await loggers.flush();
    expect(readdirSync(path).filter((name) => name.startsWith("app-"))).toEqual(["app-20200104.log", "app-20200105-110000.log"]);
    expect(read(path, "app-20200104.log")).toBe("newest\n");
  });

  test("leaves what is no regular file alone", async () => {
    const path = temporaryDirectory();
    symlinkSync("/dev/null", join(path, "app.log"));
    const { loggers } = await withClock(at(2020, 2, 28), { path });
    await loggers.rotate();
    expect(readdirSync(path).filter((name) => name.startsWith("app"))).toEqual(["app.log"]);
  });

  test("that fails is told of once and tried again", async () => {
    const told: string[] = [];
    const directory = temporaryDirectory();
    const path = join(directory, "logs");
    const { loggers, clock } = await withClock(at(2020, 2, 28), { path, onTrouble: (message) => told.push(message) });
    loggers.get("app").write("x\n");
    await loggers.flush();
    // A file where the directory was: nothing in it can be looked at.
    rmSync(path, { recursive: true });
    writeFileSync(path, "");
    clock.now = at(2020, 2, 29);
    await loggers.check();
    await loggers.check();
    expect(told).toHaveLength(2);
    expect(told.join("\n")).toContain(`Cannot write the log ${join(path, "app.log")}: ENOTDIR`);
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, "app.log"), "again\n");
    await loggers.check();
    expect(read(path, "app-20200228.log")).toBe("again\n");
    expect(told).toHaveLength(2);
  });

  test("goes on when the hook throws", async () => {
    const told: string[] = [];
    const { loggers, path } = await withClock(at(2020, 2, 28), {
      onRotated: () => {
        throw new Error("no worker");
      },
      onTrouble: (message) => told.push(message),
    });
    await loggers.rotate();
    await loggers.rotate();
    expect(told).toEqual(["onRotated failed: no worker", "onRotated failed: no worker"]);
    expect(readdirSync(path)).toHaveLength(9);
  });

  test("does nothing before open and after close", async () => {
    const path = temporaryDirectory();
    writeFileSync(join(path, "app.log"), "x\n");
    const loggers = new Loggers({ path, rotates: true });
    await loggers.rotate();
    await loggers.open();
    await loggers.close();
    await loggers.rotate();
    expect(readdirSync(path).toSorted()).toEqual(["app.log", "request.log", "server.log"]);
  });
});

describe("a process that does not rotate", () => {
  test("never renames", async () => {
    const { loggers, path, clock } = await withClock(at(2020, 2, 28), { rotates: false, maxSize: 1 });
    loggers.get("app").write("x\n");
    await loggers.flush();
    clock.now = at(2021, 1, 1);
    await loggers.check();
    await loggers.rotate();
    expect(readdirSync(path).toSorted()).toEqual(["app.log", "request.log", "server.log"]);
  });

  test("follows with reopen after another process renamed, and loses nothing", async () => {
    const path = temporaryDirectory();
    const worker = await withClock(at(2020, 2, 28), { path, rotates: false });
    const master = await withClock(at(2020, 2, 28), { path, onRotated: () => worker.loggers.reopen() });
    const log = worker.loggers.get("request");
    const lines: string[] = [];
    for (let round = 0; round < 5; round++) {
      for (let number = 0; number < 1000; number++) {
        const line = `${round} ${number} ${"x".repeat(90)}\n`;
        lines.push(line);
        log.write(line);
      }
      await master.loggers.rotate();
    }
    await worker.loggers.rotate();
    log.write("last\n");
    await worker.loggers.close();
    const rotated = readdirSync(path).filter((name) => name.startsWith("request-"));
    expect(rotated).toHaveLength(5);
    const found = [...rotated, "request.log"].flatMap((name) => read(path, name).split("\n").slice(0, -1));
    expect(found.toSorted()).toEqual([...lines.map((line) => line.trimEnd()), "last"].toSorted());
    expect(read(path, "request.log")).toContain("last\n");
  });
});
