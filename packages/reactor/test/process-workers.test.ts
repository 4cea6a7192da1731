import { expect, test } from "vitest";
import { eventually } from "./support/eventually.ts";
import { ask, load, openConnections } from "./support/load.ts";
import { startService, lives } from "./support/service.ts";

test("two workers both serve, under the service's title and their numbers", async () => {
  const { port } = await startService({ workers: 2 });
  const { stop, result } = load(port, { clients: 4, keepAlive: false });
  await eventually(() => result.pids.size === 2);
  expect((await stop()).failures).toEqual([]);
  const { title, number } = await ask(port);
  expect(title).toBe(`skitai(process/service): worker #${number}`);
});

test("connections that stay open are spread over the workers", async () => {
  const { port } = await startService({ workers: 2 });
  const { pids, close } = await openConnections(port, 10);
  const held = Array.from(Map.groupBy(pids, (pid) => pid).values(), ({ length }) => length);
  expect(held).toHaveLength(2);
  expect(Math.min(...held)).toBeGreaterThan(2);
  close();
});

test("kill -9 of a worker under load fails only what it was serving, and its successor has its number", async () => {
  const { port, startTime } = await startService({ workers: 2 });
  const clients = 3;
  const loads = [load(port, { clients, keepAlive: true }), load(port, { clients, keepAlive: false })];
  await eventually(() => loads.every(({ result }) => result.pids.size === 2));
  const [victim] = loads[0]!.result.pids;
  const killedAt = performance.now();
  process.kill(victim!, "SIGKILL");
  await eventually(() => loads.some(({ result }) => result.pids.size === 3));
  // A second, and what a start takes on this machine.
  expect(performance.now() - killedAt).toBeLessThan(1_000 + startTime);
  const results = await Promise.all(loads.map(({ stop }) => stop()));
  for (const { failures } of results) expect(failures.length).toBeLessThanOrEqual(clients);
  expect(lives(victim!)).toBe(false);
});

test("with a single worker, connections wait for its successor and none is refused", async () => {
  const { port } = await startService({ workers: 1 });
  const { pid } = await ask(port);
  process.kill(pid, "SIGKILL");
  await eventually(() => !lives(pid));
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(port)));
  expect(new Set(answers.map((answer) => answer.pid))).not.toContain(pid);
});

test("a worker whose engine an app has closed ends, and its successor serves", async () => {
  const { port } = await startService({ workers: 1 });
  const { pid } = await ask(port);
  await ask(port, "/close");
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(port)));
  expect(new Set(answers.map((answer) => answer.pid))).not.toContain(pid);
  await eventually(() => !lives(pid));
});
