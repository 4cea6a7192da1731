import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Engine, mountable, type RunOptions } from "../src/index.ts";
import { PidFile, readPidFile } from "../src/process/pid-file.ts";
import { processMark } from "../src/process/process-mark.ts";
import { psParents, psStart } from "../src/process/ps.ts";
import { resolveRunOptions } from "../src/process/run-options.ts";
import type { ServiceBody } from "../src/process/service-body.ts";
import { SingleBody } from "../src/process/single-body.ts";
import { Supervisor } from "../src/process/supervisor.ts";
import { eventually } from "./support/eventually.ts";
import { FakeHost } from "./support/fake-host.ts";
import { ask } from "./support/load.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const directory = (): { pidFile: string; logPath: string } => {
  const path = temporaryDirectory();
  return { pidFile: join(path, "pid"), logPath: join(path, "log") };
};

/** A service in this process whose signals come from the test. */
const supervised = (options: RunOptions & { body?: (engine: Engine) => ServiceBody; logPath?: string } = {}) => {
  const { title } = process;
  onTestFinished(() => void (process.title = title));
  const { body: makeBody, logPath, ...runOptions } = options;
  const lines: string[] = [];
  const host = new FakeHost();
  const engine = new Engine({ requestLog: false, ...(logPath === undefined ? {} : { logPath }) });
  engine.mount("/", { [mountable]: () => ({ target: undefined, watch: ["/srv"], handle: ({ res }) => void res.end("{}") }) });
  const resolved = resolveRunOptions({ listen: [{ port: 0 }], workers: 0, ...runOptions });
  const log = (line: string): void => void lines.push(line);
  const body = makeBody?.(engine) ?? new SingleBody(engine, resolved, log);
  const service = new Supervisor({ engine, options: resolved, body, log, host });
  onTestFinished(() => service.close({ timeout: 0 }));
  return { service, engine, host, lines };
};

/** A body that does what it is told to. */
const bodyOf = (more: Partial<ServiceBody>): ServiceBody => ({
  role: "master",
  open: async () => [{ address: "127.0.0.1", port: 4711 }],
  close: async () => {},
  ...more,
});

test("a single process serves, and tells that it cannot watch files", async () => {
  const { service, lines } = supervised();
  await service.start();
  expect((await ask(service.addresses[0]!.port)).status).toBe(200);
  expect(process.title).toMatch(/^skitai/);
  expect(lines).toEqual(["files are not watched for changes: that needs at least one worker"]);
});

test.each([
  ["SIGTERM", 0],
  ["SIGINT", 0],
  ["SIGQUIT", 0],
  ["SIGHUP", 3],
])("%s ends a single process with exit code %i, and frees its port and its pid file", async (signal, code) => {
  const { pidFile } = directory();
  const { service, host } = supervised({ pidFile });
  await service.start();
  const { port } = service.addresses[0]!;
  expect(readPidFile(pidFile)).toEqual({ pid: process.pid, mark: processMark(process.pid), restarts: 0, problem: "" });
  host.emit(signal);
  await eventually(() => host.exits.length > 0);
  expect(host.exits).toEqual([code]);
  expect(existsSync(pidFile)).toBe(false);
  expect(host.eventNames()).toEqual([]);
  await expect(ask(port)).rejects.toThrow("ECONNREFUSED");
});

test("SIGINT in the same moment is the same key press, later it kills", async () => {
  const killed = Promise.withResolvers<void>();
  const { service, host } = supervised({ body: () => bodyOf({ close: () => killed.promise, kill: () => killed.resolve() }) });
  await service.start();
  const before = performance.now();
  host.emit("SIGINT");
  host.emit("SIGINT");
  expect(host.exits).toEqual([]);
  await eventually(() => performance.now() - before > 300);
  host.emit("SIGINT");
  expect(host.exits).toEqual([0]);
  await killed.promise;
});

test("SIGHUP restarts what can be restarted, and notes in the pid file how it went", async () => {
  const { pidFile } = directory();
  let restart = async (): Promise<void> => {};
  const { service, host, lines } = supervised({ pidFile, body: () => bodyOf({ restart: () => restart() }) });
  await service.start();
  host.emit("SIGHUP");
  await eventually(() => readPidFile(pidFile)?.restarts === 1);
  expect(readPidFile(pidFile)?.problem).toBe("");
  restart = () => Promise.reject(new Error("no such\nmodule"));
  host.emit("SIGHUP");
  await eventually(() => readPidFile(pidFile)?.restarts === 2);
  expect(readPidFile(pidFile)).toMatchObject({ pid: process.pid, problem: "no such module" });
  expect(lines).toEqual(["restarting", "restarted", "restarting", "not restarted, the workers before keep serving: no such\nmodule"]);
  expect(host.exits).toEqual([]);
});

test("SIGUSR1 renames the logs and lets the body know", async () => {
  const { logPath } = directory();
  let told = 0;
  const { service, engine, host } = supervised({ logPath, body: () => bodyOf({ logsRotated: () => told++ }) });
  await service.start();
  engine.logs.get("server").log("before");
  await engine.logs.flush();
  host.emit("SIGUSR1");
  await eventually(() => told > 0);
  expect(readdirSync(logPath).filter((name) => /^server-\d{8}\.log$/.test(name))).toHaveLength(1);
});

test("a service that cannot open ends what it has begun, and frees its pid file", async () => {
  const { pidFile } = directory();
  let closed = 0;
  const open = (): never => {
    throw new Error("no port");
  };
  const { service, host } = supervised({ pidFile, body: () => bodyOf({ open, close: async () => void closed++ }) });
  await expect(service.start()).rejects.toThrow("no port");
  expect(closed).toBe(1);
  expect(existsSync(pidFile)).toBe(false);
  expect(host.eventNames()).toEqual([]);
  expect(host.exits).toEqual([]);
});

test("a signal during the start ends the service, and the start says nothing more", async () => {
  const opened = Promise.withResolvers<never>();
  const { service, host } = supervised({ body: () => bodyOf({ open: () => opened.promise }) });
  let settled = false;
  service.start().then(
    () => (settled = true),
    () => (settled = true),
  );
  await eventually(() => host.listenerCount("SIGTERM") === 1);
  host.emit("SIGTERM");
  opened.reject(new Error("killed while it started"));
  await eventually(() => host.exits.length > 0);
  expect(host.exits).toEqual([0]);
  expect(settled).toBe(false);
});

test("a pid file of a process that is no more is replaced, that of a living one is not, and only one's own is removed", () => {
  const { pidFile } = directory();
  writeFileSync(pidFile, "1\nanother run of the system 1\n0\n\n");
  const claimed = PidFile.claim(pidFile);
  expect(readFileSync(pidFile, "utf8")).toMatch(new RegExp(`^${process.pid}\n`));
  expect(() => PidFile.claim(pidFile)).toThrow(`already running [${process.pid}]`);
  writeFileSync(pidFile, "1\nanother\n0\n\n");
  claimed[Symbol.dispose]();
  expect(readPidFile(pidFile)?.pid).toBe(1);
  expect(() => PidFile.claim("/nowhere/pid")).toThrow("Cannot use the pid file /nowhere/pid: ENOENT");
});

test("a restart is no worse for a pid file that cannot be written any more", () => {
  const { pidFile } = directory();
  const claimed = PidFile.claim(pidFile);
  mkdirSync(`${pidFile}.${process.pid}`);
  claimed.restarted();
  expect(readPidFile(pidFile)?.restarts).toBe(0);
});

test.skipIf(psStart(process.pid) === undefined)(
  "where there is no /proc, ps tells when a process was started and whose child it is",
  () => {
    expect(psStart(process.pid)).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
    expect(psStart(2 ** 22 + 1)).toBeUndefined();
    expect(psParents()).toContainEqual([process.pid, process.ppid]);
  },
);
