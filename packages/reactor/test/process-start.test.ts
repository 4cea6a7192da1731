import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Backoff, resolveRespawn } from "../src/process/backoff.ts";
import { errorLine } from "../src/process/error-output.ts";
import { parseProcStat } from "../src/process/proc-stat.ts";
import { resolveRunOptions } from "../src/process/run-options.ts";
import { processTitle } from "../src/process/title.ts";
import { eventually } from "./support/eventually.ts";
import { ask } from "./support/load.ts";
import { failService, startService } from "./support/service.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const lines = (output: string): string[] => output.split("\n").filter((line) => line !== "" && !line.includes("[info]"));

test.each([0, 1])("a port in use is told in one line, with exit code 1 and nothing left behind (%i workers)", async (workers) => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await eventually(() => other.listening);
  const { port } = other.address() as AddressInfo;
  const pidFile = join(temporaryDirectory(), "pid");
  const { code, output } = await failService({ listen: [{ port }], workers, pidFile });
  expect(code).toBe(1);
  expect(lines(output)).toEqual([`Port ${port} on 127.0.0.1 is in use. Stop the program that holds it, or choose another port.`]);
  expect(existsSync(pidFile)).toBe(false);
});

test("with a socket of its own for each worker, a port in use is found before any is started", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await eventually(() => other.listening);
  const { port } = other.address() as AddressInfo;
  const { code, output } = await failService({ listen: [{ port }], workers: 1, reusePort: true });
  expect(code).toBe(1);
  expect(lines(output)).toHaveLength(1);
});

test("a certificate that cannot be read is told in one line", async () => {
  const { code, output } = await failService({
    listen: [{ port: 0, tls: { cert: "/nowhere/cert.pem", key: "/nowhere/key.pem" } }],
    workers: 1,
  });
  expect(code).toBe(1);
  expect(lines(output)).toEqual([expect.stringMatching(/^Cannot use the certificate .*cert\.pem/)]);
});

test("an app that cannot be loaded is told in one line, with exit code 1", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "app.mjs"), "throw new Error('no database');\n");
  const { code, output } = await failService({ workers: 2, app: "app.mjs", engine: { directory } });
  expect(code).toBe(1);
  expect(lines(output)).toEqual([expect.stringContaining("no database")]);
});

test("a worker that throws before it comes to run() ends the start, and its error is told last", async () => {
  const { code, output } = await failService({ workers: 2, throws: 1 });
  expect(code).toBe(1);
  expect(lines(output).at(-1)).toBe("worker #1 ended with code 1: Error: this worker never starts");
});

test("a worker that is not ready in time ends the start", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "app.mjs"), "await new Promise((resolve) => setTimeout(resolve, 3_600_000));\n");
  const { code, output } = await failService({ workers: 1, app: "app.mjs", engine: { directory }, readyTimeout: 1 });
  expect(code).toBe(1);
  expect(lines(output)).toEqual(["worker #0 was not ready after 0.001 s"]);
});

test("a second service with the same pid file does not start, and the first goes on", async () => {
  const pidFile = join(temporaryDirectory(), "pid");
  const { pid, port } = await startService({ workers: 1, pidFile });
  const { code, output } = await failService({ workers: 1, pidFile });
  expect(code).toBe(1);
  expect(lines(output)).toEqual([`already running [${pid}]`]);
  expect(readFileSync(pidFile, "utf8")).toMatch(new RegExp(`^${pid}\n`));
  expect((await ask(port)).status).toBe(200);
});

test("a pid file whose process is no more is replaced", async () => {
  const pidFile = join(temporaryDirectory(), "pid");
  writeFileSync(pidFile, `${process.pid}\nsome other process with this id\n`);
  const { pid } = await startService({ workers: 1, pidFile });
  expect(readFileSync(pidFile, "utf8")).toMatch(new RegExp(`^${pid}\n`));
});

test("a pid file that cannot be written is told in one line", async () => {
  const { code, output } = await failService({ workers: 1, pidFile: "/nowhere/pid" });
  expect(code).toBe(1);
  expect(lines(output)).toEqual([expect.stringMatching(/^Cannot use the pid file \/nowhere\/pid: /)]);
});

test("a worker that keeps dying is started again, at once and then with growing waits, and the other one serves", async () => {
  const service = await startService({ workers: 2, dies: 1 });
  await eventually(() => service.output().split("worker #1) started").length > 4);
  expect(service.output()).toMatch(/\[error\] worker #1 \[\d+\] ended with code 4/);
  expect((await ask(service.port)).status).toBe(200);
});

test("the waits between starts double up to the longest, and begin anew after a long life", () => {
  const backoff = new Backoff(resolveRespawn());
  const waits = Array.from({ length: 11 }, () => backoff.next(0));
  expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
  expect(backoff.next(10_000)).toBe(0);
  expect(backoff.next(9_999)).toBe(100);
});

test("options that make no sense are refused by name", () => {
  expect(() => resolveRunOptions({ workers: 1.5 })).toThrow("workers cannot be 1.5");
  expect(() => resolveRunOptions({ workers: 100_000 })).toThrow("workers cannot be 100000. Use a whole number from 0 to ");
  expect(() => resolveRunOptions({ workers: 0, useReloader: true })).toThrow("useReloader cannot be true");
  expect(() => resolveRunOptions({ workers: 0, criticalPoint: {} })).toThrow("criticalPoint cannot be");
  expect(() => resolveRunOptions({ criticalPoint: { continuous: -1 } })).toThrow("criticalPoint.continuous cannot be -1");
  expect(() => resolveRunOptions({ respawn: { dely: "1s" } as never })).toThrow("Did you mean delay?");
  expect(() => resolveRunOptions({ reusePort: "yes" as never })).toThrow('reusePort cannot be "yes"');
  expect(() => resolveRunOptions({ pidFile: "" })).toThrow('pidFile cannot be ""');
  expect(() => resolveRunOptions({ stopTimeout: -1 })).toThrow("stopTimeout is not a duration");
});

test("a title names the directory, the script without its ending, and the role", () => {
  expect(processTitle("/srv/shop/app.ts", "master")).toBe("skitai(shop/app): master");
  expect(processTitle(undefined)).toBe("skitai");
});

test("the line that says why a process died is found among what it wrote", () => {
  const crash = "file:///app.ts:1\nx y\n  ^\n\nSyntaxError: Unexpected identifier\n    at compile (node:internal)\n\nNode.js v26.0.0\n";
  expect(errorLine(crash)).toBe("SyntaxError: Unexpected identifier");
  expect(errorLine("FATAL ERROR: Reached heap limit\n----- Native stack trace -----\n 1: 0xb\n")).toBe("FATAL ERROR: Reached heap limit");
  expect(errorLine("Error [ERR_X]: it\n")).toBe("Error [ERR_X]: it");
  expect(errorLine("it just ended\n")).toBe("it just ended");
  expect(errorLine("")).toBe("");
});

test("a program's name with blanks and parentheses does not confuse the reading of /proc", () => {
  const rest = "S 7 " + Array.from({ length: 40 }, (_, index) => index + 3).join(" ");
  expect(parseProcStat(`42 (a) b) ${rest}`)).toMatchObject({ state: "S", parent: 7 });
});
