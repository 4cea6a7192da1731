import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "./support/eventually.ts";
import { ask, load } from "./support/load.ts";
import { lives, startService } from "./support/service.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const clients = 3;

test("HUP under load puts new workers in the place of all and loses no request", async () => {
  const service = await startService({ workers: 2 });
  const loads = [load(service.port, { clients, keepAlive: true }), load(service.port, { clients, keepAlive: false })];
  await eventually(() => loads.every(({ result }) => result.pids.size === 2));
  const before = service.children();
  service.signal("SIGHUP");
  await eventually(() => service.output().includes("restarted"));
  const pids = (): Set<number> => new Set(loads.flatMap(({ result }) => [...result.pids]));
  await eventually(() => pids().size === 4);
  await eventually(() => !before.some(lives));
  const results = await Promise.all(loads.map(({ stop }) => stop()));
  expect(results.flatMap(({ failures }) => failures)).toEqual([]);
  expect(lives(service.pid)).toBe(true);
});

test("HUP several times in a row under load loses no request", async () => {
  const service = await startService({ workers: 1 });
  const loads = [load(service.port, { clients, keepAlive: true }), load(service.port, { clients, keepAlive: false })];
  for (let round = 1; round <= 3; round++) {
    service.signal("SIGHUP");
    await eventually(() => service.output().split("restarted").length > round);
  }
  const results = await Promise.all(loads.map(({ stop }) => stop()));
  expect(results.flatMap(({ failures }) => failures)).toEqual([]);
});

test("a request under way when its worker is replaced is answered by that worker", async () => {
  const service = await startService({ workers: 1 });
  const [worker] = service.children();
  const answer = ask(service.port, "/slow");
  await ask(service.port);
  service.signal("SIGHUP");
  await eventually(() => service.output().includes("restarted"));
  expect((await ask(service.port)).pid).not.toBe(worker);
  expect((await answer).pid).toBe(worker);
});

test("HUP with code that cannot be loaded keeps the workers before, and says why", async () => {
  const directory = temporaryDirectory();
  const app = join(directory, "app.mjs");
  writeFileSync(app, "export const app = (req, res) => res.end('{}');\n");
  const service = await startService({ workers: 1, app, engine: { directory } });
  const [worker] = service.children();
  writeFileSync(app, "export const app = nowhere;\n");
  service.signal("SIGHUP");
  await eventually(() => service.output().includes("not restarted"));
  expect(service.output()).toMatch(/not restarted, the workers before keep serving: .*nowhere is not defined/);
  expect((await ask(service.port)).pid).toBe(worker);
});

test("TERM to one worker under load brings its successor and loses no request", async () => {
  const service = await startService({ workers: 2, stopTimeout: "5s" });
  const loads = [load(service.port, { clients, keepAlive: true }), load(service.port, { clients, keepAlive: false })];
  await eventually(() => loads.every(({ result }) => result.pids.size === 2));
  const [worker] = service.children();
  process.kill(worker!, "SIGTERM");
  await eventually(() => !lives(worker!));
  await eventually(() => loads.some(({ result }) => result.pids.size === 3));
  const results = await Promise.all(loads.map(({ stop }) => stop()));
  expect(results.flatMap(({ failures }) => failures)).toEqual([]);
});

test("was.restart() replaces the worker that it was called in", async () => {
  const service = await startService({ workers: 2 });
  const { number } = await ask(service.port);
  const before = service.children();
  await ask(service.port, "/restart");
  await eventually(() => service.children().filter((pid) => !before.includes(pid)).length === 1);
  expect(service.output()).toContain(`worker #${number}`);
  await eventually(() => service.children().length === 2);
});

test("was.shutdown() ends its worker for good, and the service with the last one", async () => {
  const service = await startService({ workers: 2 });
  await ask(service.port, "/shutdown");
  await eventually(() => service.children().length === 1);
  await ask(service.port, "/shutdown");
  expect(await service.ended).toEqual({ code: 0, signal: null });
});
