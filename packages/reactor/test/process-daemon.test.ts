import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { daemonStatus, restartDaemon, startDaemon, stopDaemon } from "../src/process/commands.ts";
import type { DaemonOptions } from "../src/process/daemon.ts";
import { killTree } from "../src/process/kill-tree.ts";
import { readPidFile, runningService } from "../src/process/pid-file.ts";
import { descendants, processMark } from "../src/process/process-mark.ts";
import type { ServiceOptions } from "./fixtures/process/service.ts";
import { eventually } from "./support/eventually.ts";
import { ask, load } from "./support/load.ts";
import { lives, serviceScript } from "./support/service.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

interface Daemon extends DaemonOptions {
  directory: string;
  pid: () => number;
  port: () => number;
}

/** Options for a daemon whose service has these options. It is gone after the test. */
const daemon = (service: ServiceOptions = {}): Daemon => {
  const directory = temporaryDirectory();
  const pidFile = join(directory, "pid");
  const outputFile = join(directory, "var", "console.log");
  const before = process.env["SERVICE"];
  process.env["SERVICE"] = JSON.stringify({ listen: [{ port: 0 }], workers: 1, pidFile, engine: { directory }, ...service });
  onTestFinished(() => {
    if (before === undefined) delete process.env["SERVICE"];
    else process.env["SERVICE"] = before;
    const running = runningService(pidFile);
    if (running) killTree(running.pid);
  });
  return {
    directory,
    script: serviceScript,
    execArgv: ["--conditions=skitai-source"],
    pidFile,
    outputFile,
    pid: () => readPidFile(pidFile)!.pid,
    port: () => Number(/"port":(\d+)/.exec(readFileSync(outputFile, "utf8"))![1]),
  };
};

test("a daemon is started, seen, and stopped with all that it has started", async () => {
  const service = daemon({ workers: 2 });
  expect(daemonStatus(service.pidFile)).toEqual({ code: 1, message: "stopped" });
  const started = await startDaemon(service);
  const pid = service.pid();
  expect(started).toEqual({ code: 0, message: `running [${pid}]` });
  expect(daemonStatus(service.pidFile)).toEqual(started);
  await eventually(() => existsSync(service.outputFile) && readFileSync(service.outputFile, "utf8").includes("serving {"));
  expect(await ask(service.port())).toMatchObject({ status: 200 });
  expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).toContain("skitai(process/service): master");
  const all = [pid, ...descendants(pid)];
  expect(all).toHaveLength(3);

  expect(await startDaemon(service)).toEqual({ code: 1, message: `already running [${pid}]` });

  expect(await stopDaemon(service.pidFile)).toEqual({ code: 0, message: "stopped" });
  expect(all.filter(lives)).toEqual([]);
  expect(existsSync(service.pidFile)).toBe(false);
  expect(await stopDaemon(service.pidFile)).toEqual({ code: 0, message: "stopped" });
});

test("restart under load picks up changed code, keeps the process and the port, and loses no request", async () => {
  const service = daemon();
  const app = join(service.directory, "app.mjs");
  process.env["SERVICE"] = JSON.stringify({ ...(JSON.parse(process.env["SERVICE"]!) as ServiceOptions), app: "app.mjs" });
  writeFileSync(app, "export const app = (req, res) => { res.statusCode = 201; res.end('{}'); };\n");
  await startDaemon(service);
  const pid = service.pid();
  await eventually(() => readFileSync(service.outputFile, "utf8").includes("serving {"));
  const loads = [true, false].map((keepAlive) => load(service.port(), { clients: 2, keepAlive }));
  expect((await ask(service.port(), "/app/")).status).toBe(201);
  writeFileSync(app, "export const app = (req, res) => { res.statusCode = 202; res.end('{}'); };\n");
  expect(await restartDaemon(service)).toEqual({ code: 0, message: `running [${pid}]` });
  expect((await ask(service.port(), "/app/")).status).toBe(202);
  const results = await Promise.all(loads.map(({ stop }) => stop()));
  expect(results.flatMap(({ failures }) => failures)).toEqual([]);

  writeFileSync(app, "throw new Error('half done');\n");
  expect(await restartDaemon(service)).toMatchObject({ code: 1, message: expect.stringContaining("half done") as string });
  expect((await ask(service.port(), "/app/")).status).toBe(202);
});

test("restart of a daemon that is not running starts it", async () => {
  const service = daemon();
  expect(await restartDaemon(service)).toEqual({ code: 0, message: `running [${service.pid()}]` });
});

test("restart of a daemon that is all in one process starts it again", async () => {
  const service = daemon({ workers: 0 });
  await startDaemon(service);
  const before = service.pid();
  const restarted = await restartDaemon(service);
  expect(restarted).toEqual({ code: 0, message: `running [${service.pid()}]` });
  expect(service.pid()).not.toBe(before);
});

test("a daemon that cannot start is told in one line, with exit code 1 and nothing left behind", async () => {
  const service = daemon({ app: "nothing.mjs" });
  const { code, message } = await startDaemon(service);
  expect(code).toBe(1);
  expect(message).toMatch(/^Cannot mount "nothing\.mjs" at \/app: [^\n]*$/);
  expect(existsSync(service.pidFile)).toBe(false);
});

test("a daemon whose script breaks before it comes to run() is told by its error", async () => {
  const service = daemon();
  const script = join(service.directory, "broken.mjs");
  writeFileSync(script, "throw new TypeError('no such thing');\n");
  expect(await startDaemon({ ...service, script })).toEqual({ code: 1, message: "TypeError: no such thing" });
});

test("a daemon whose script ends without a word is told by its exit code", async () => {
  const service = daemon();
  const script = join(service.directory, "silent.mjs");
  writeFileSync(script, "process.exit(7);\n");
  expect(await startDaemon({ ...service, script })).toEqual({ code: 1, message: "it ended with code 7" });
});

test("a daemon that does not serve in time is ended", async () => {
  const service = daemon();
  const script = join(service.directory, "slow.mjs");
  writeFileSync(
    script,
    "import { writeFileSync } from 'node:fs';\nwriteFileSync('slow.pid', String(process.pid));\nsetInterval(() => {}, 1000);\n",
  );
  expect(await startDaemon({ ...service, script, startTimeout: "1s" })).toEqual({ code: 1, message: "it does not serve after 1 s" });
  expect(lives(Number(readFileSync(join(service.directory, "slow.pid"), "utf8")))).toBe(false);
});

test("a daemon that does not heed TERM is killed with all that it has started", async () => {
  const service = daemon({ workers: 2 });
  await startDaemon(service);
  const all = [service.pid(), ...descendants(service.pid())];
  // A stopped process keeps TERM pending.
  process.kill(service.pid(), "SIGSTOP");
  expect(await stopDaemon(service.pidFile, { timeout: 40 })).toEqual({ code: 0, message: "stopped" });
  await eventually(() => !all.some(lives));
});

test("a stranger with the id in the pid file is left alone", async () => {
  const pidFile = join(temporaryDirectory(), "pid");
  const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(() => void stranger.kill("SIGKILL"));
  for (const mark of ["", "another run of the system 4711"]) {
    writeFileSync(pidFile, `${stranger.pid}\n${mark}\n`);
    expect(daemonStatus(pidFile)).toEqual({ code: 1, message: "stopped" });
    expect(await stopDaemon(pidFile)).toEqual({ code: 0, message: "stopped" });
    expect(lives(stranger.pid!)).toBe(true);
  }
});

test("a process that has ended is not running, even while nobody has asked for its exit code", async () => {
  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
  onTestFinished(() => void parent.kill("SIGKILL"));
  const pid = Number(await new Promise((resolve) => parent.stdout.once("data", (data: Buffer) => resolve(String(data)))));
  await eventually(() => processMark(pid) === undefined);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
});

test("a pid file without a process id says nothing", () => {
  const pidFile = join(temporaryDirectory(), "pid");
  for (const text of ["", "0\n", "-5\n", "x\n"]) {
    writeFileSync(pidFile, text);
    expect(readPidFile(pidFile)).toBeUndefined();
  }
});
