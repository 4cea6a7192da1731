import { execFile, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { eventually } from "./support/eventually.ts";
import { ask } from "./support/load.ts";
import { lives, serviceScript, startService } from "./support/service.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends the service with code 0 and leaves nothing behind, not even its pid file",
  async (signal) => {
    const pidFile = join(temporaryDirectory(), "pid");
    const service = await startService({ workers: 2, pidFile });
    const children = service.children();
    expect(children).toHaveLength(2);
    expect(readFileSync(pidFile, "utf8").split("\n")[0]).toBe(String(service.pid));
    service.signal(signal);
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(children.filter(lives)).toEqual([]);
    expect(existsSync(pidFile)).toBe(false);
  },
);

test("SIGTERM cuts off what does not end in time", async () => {
  const service = await startService({ workers: 1 });
  const children = service.children();
  const answer = ask(service.port, "/never");
  await ask(service.port);
  const before = performance.now();
  service.signal("SIGTERM");
  await expect(answer).rejects.toThrow();
  expect(await service.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeGreaterThan(500);
  expect(children.filter(lives)).toEqual([]);
});

test("a worker that is busy for ever does not outlive SIGTERM", async () => {
  const service = await startService({ workers: 2 });
  const children = service.children();
  ask(service.port, "/spin").catch(() => {});
  await ask(service.port);
  service.signal("SIGTERM");
  expect(await service.ended).toEqual({ code: 0, signal: null });
  expect(children.filter(lives)).toEqual([]);
});

/** A master with a worker, and a service that is all in one process. */
const forms = [
  ["with a worker", 1],
  ["in a single process", 0],
] as const;

test.each(forms)("SIGINT again kills at once, but not when it comes with the same key press (%s)", async (_, workers) => {
  const service = await startService({ workers, stopTimeout: "1h" });
  const children = service.children();
  const answer = ask(service.port, "/slow");
  const never = ask(service.port, "/never");
  await ask(service.port);
  service.signal("SIGINT");
  service.signal("SIGINT");
  await eventually(() => service.output().includes("INT: stopping"));
  const pressedAt = performance.now();
  expect((await answer).status).toBe(200);
  await eventually(() => performance.now() - pressedAt > 300);
  service.signal("SIGINT");
  await expect(never).rejects.toThrow();
  expect(await service.ended).toEqual({ code: 0, signal: null });
  await eventually(() => !children.some(lives));
});

test("workers leave it to the master what Ctrl-C means", async () => {
  const service = await startService({ workers: 1, stopTimeout: "1h" });
  const [worker] = service.children();
  const answer = ask(service.port, "/slow");
  await ask(service.port);
  for (const pid of [worker!, service.pid]) process.kill(pid, "SIGINT");
  expect((await answer).pid).toBe(worker);
  expect(await service.ended).toEqual({ code: 0, signal: null });
});

test("SIGQUIT waits for what is under way, and for what has connected", async () => {
  const service = await startService({ workers: 1 });
  const answer = ask(service.port, "/slow");
  const silent = connect(service.port, "127.0.0.1");
  await ask(service.port);
  service.signal("SIGQUIT");
  await eventually(() => service.output().includes("QUIT"));
  silent.write("GET /who HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(String(await new Promise((resolve) => silent.once("data", resolve)))).toContain("200 OK");
  expect((await answer).status).toBe(200);
  expect(await service.ended).toEqual({ code: 0, signal: null });
  await expect(ask(service.port)).rejects.toThrow("ECONNREFUSED");
});

test.each(forms)("SIGTERM shortens what SIGQUIT has begun (%s)", async (_, workers) => {
  const service = await startService({ workers, gracefulTimeout: "1h" });
  const never = ask(service.port, "/never");
  await ask(service.port);
  service.signal("SIGQUIT");
  await eventually(() => service.output().includes("QUIT"));
  service.signal("SIGTERM");
  await expect(never).rejects.toThrow();
  expect(await service.ended).toEqual({ code: 0, signal: null });
});

test("workers end when their master is killed", async () => {
  const service = await startService({ workers: 2 });
  const children = service.children();
  service.signal("SIGKILL");
  await eventually(() => !children.some(lives));
  await expect(ask(service.port)).rejects.toThrow("ECONNREFUSED");
});

test("SIGUSR1 renames the logs, and the workers write into the new ones", async () => {
  const logPath = temporaryDirectory();
  const service = await startService({ workers: 1, engine: { logPath, requestLog: true } });
  const lines = (): string[] => readFileSync(join(logPath, "request.log"), "utf8").split("\n").filter(Boolean);
  await ask(service.port);
  await eventually(() => lines().length === 1);
  service.signal("SIGUSR1");
  await eventually(() => readdirSync(logPath).some((name) => /^request-\d{8}.*\.log$/.test(name)));
  await eventually(async () => {
    await ask(service.port);
    return lines().length > 0;
  });
  expect(lives(service.pid)).toBe(true);
});

const python = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!python)("SIGHUP of a closed terminal ends the service", async () => {
  const pidFile = join(temporaryDirectory(), "pid");
  const script = `import os, pty
pid, terminal = pty.fork()
if pid == 0: os.execv(os.environ["NODE"], [os.environ["NODE"], "--conditions=skitai-source", os.environ["SCRIPT"]])
text = b""
while b"serving {" not in text: text += os.read(terminal, 1000)
os.close(terminal)
print(os.waitpid(pid, 0)[1])`;
  const env = {
    ...process.env,
    NODE: process.execPath,
    SCRIPT: serviceScript,
    SERVICE: JSON.stringify({ listen: [{ port: 0 }], pidFile }),
  };
  const { stdout } = await promisify(execFile)("python3", ["-c", script], { env });
  expect(stdout.trim()).toBe("0");
  expect(existsSync(pidFile)).toBe(false);
});
