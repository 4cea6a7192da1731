import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../../reactor/test/support/eventually.ts";
import { suiteDirectory } from "../../reactor/test/support/temporary-directory.ts";
import { both, connected, type Client } from "./support/client.ts";
import { fixture } from "./support/served.ts";
import { freePort, startScript, type Script } from "./support/script.ts";

const directory = suiteDirectory();
let count = 0;

interface Times {
  users: number;
  photos: number;
}

const started = async (run: object = {}): Promise<{ service: Script; port: number }> => {
  const port = await freePort();
  const number = ++count;
  const file = join(directory, `users-${number}`);
  writeFileSync(file, "first");
  const wish = { file, run: { port, pidFile: join(directory, `${number}.pid`), workers: 2, requestLog: false, ...run } };
  const service = startScript(fixture("last-update", "app.ts"), [], wish);
  onTestFinished(async () => {
    process.kill(service.pid, "SIGINT");
    await service.ended;
  });
  await service.until(/Serving/);
  return { service, port };
};

test("what setlu notes in one worker, getlu sees in the other as soon as the answer is there, round after round", async () => {
  const { port } = await started();
  const clients = await both(port);
  let last = 0;
  for (let round = 0; round < 500; round++) {
    const [from, to] = round % 2 === 0 ? clients : clients.toReversed();
    const { users } = await from!.json<Times>(`/set/${round}`);
    expect(users).toBeGreaterThan(last);
    expect((await to!.json<Times>("/get")).users).toBe(users);
    last = users;
  }
});

test("a stream ends only when the other worker knows what was updated while it went", async () => {
  const { port } = await started();
  const [one, other] = await both(port);
  for (let round = 0; round < 100; round++) {
    const [, time] = (await one.text("/stream")).split(", ");
    expect((await other.json<Times>("/get")).users).toBe(Number(time));
  }
});

test("a key that was never set has the same time in all workers: the start of the service", async () => {
  const before = Date.now();
  const { port } = await started();
  const [one, other] = await both(port);
  const { photos } = await one.json<Times>("/get");
  expect(photos).toBeGreaterThanOrEqual(before);
  expect(photos).toBeLessThanOrEqual(Date.now());
  expect(await other.json<Times>("/get")).toEqual({ users: photos, photos });
});

test("a worker that takes the place of a killed one has the table", async () => {
  const { port } = await started();
  const [one, victim] = await both(port);
  const known = { photos: (await one.json<Times>("/get")).photos, users: (await one.json<Times>("/set/1")).users };
  process.kill(victim.pid, "SIGKILL");
  // Nobody waits for the dead.
  known.users = (await one.json<Times>("/set/2")).users;
  let successor = await connected(port);
  await eventually(async () => (successor = await connected(port)).pid !== one.pid);
  expect(successor.pid).not.toBe(victim.pid);
  expect(await successor.json<Times>("/get")).toEqual(known);
  const again = await successor.json<Times>("/set/3");
  expect((await one.json<Times>("/get")).users).toBe(again.users);
});

test("the table outlives a reload: HUP puts new workers in the place of all", async () => {
  const { service, port } = await started();
  const [one, other] = await both(port);
  const before = { photos: (await one.json<Times>("/get")).photos, users: (await other.json<Times>("/set/1")).users };
  process.kill(service.pid, "SIGHUP");
  const old = new Set([one.pid, other.pid]);
  const [next, nextToo] = await eventuallyBoth(port, old);
  expect([await next.json<Times>("/get"), await nextToo.json<Times>("/get")]).toEqual([before, before]);
  const { users } = await next.json<Times>("/set/2");
  expect((await nextToo.json<Times>("/get")).users).toBe(users);
});

/** A client of each of two workers that are none of these. */
const eventuallyBoth = async (port: number, old: ReadonlySet<number>): Promise<[Client, Client]> => {
  const found = new Map<number, Client>();
  await eventually(async () => {
    const client = await connected(port).catch(() => undefined);
    if (client && !old.has(client.pid)) found.set(client.pid, client);
    return found.size === 2;
  });
  return [...found.values()] as [Client, Client];
};

test("apps in every worker hear of an update, with its arguments", async () => {
  const { port } = await started();
  const clients = await both(port);
  await clients[0].json("/set/7");
  for (const client of clients) {
    const heard: unknown[] = [];
    await eventually(async () => heard.push(...(await client.json<unknown[]>("/heard"))) === 2);
    expect(heard).toEqual([["tables.users", { id: 7 }], [{ id: 7 }]]);
  }
});

test("what a worker keeps of a table is used until another worker has changed it, and never after", async () => {
  const { port } = await started();
  const clients = await both(port);
  for (const client of clients) expect(await client.text("/read")).toBe("first");
  for (let round = 0; round < 100; round++) {
    const [writer, reader] = round % 2 === 0 ? clients : clients.toReversed();
    await writer!.text(`/write/text${round}`);
    expect(await reader!.text("/read")).toBe(`text${round}`);
  }
});

test("a worker that hangs holds an answer up for a second at most, and catches up later", async () => {
  const { service, port } = await started({ verbose: true });
  const [one, stopped] = await both(port);
  process.kill(stopped.pid, "SIGSTOP");
  const { users } = await one.json<Times>("/set/1").finally(() => process.kill(stopped.pid, "SIGCONT"));
  await eventually(async () => (await stopped.json<Times>("/get")).users === users);
  await service.until(/a worker has not confirmed an update within a second/);
});

test("in a single process the same holds", async () => {
  const { port } = await started({ workers: 0 });
  const one = await connected(port);
  const { users } = await one.json<Times>("/set/1");
  expect((await one.json<Times>("/get")).users).toBe(users);
  expect(await one.json("/heard")).toEqual([["tables.users", { id: 1 }], [{ id: 1 }]]);
});
