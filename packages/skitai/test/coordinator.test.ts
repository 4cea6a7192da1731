import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../../reactor/test/support/eventually.ts";
import { suiteDirectory } from "../../reactor/test/support/temporary-directory.ts";
import { both, type Client } from "./support/client.ts";
import { fixture } from "./support/served.ts";
import { freePort, startScript } from "./support/script.ts";

const directory = suiteDirectory();
let count = 0;

/** A client of each of the two workers of a service. */
const started = async (): Promise<[Client, Client]> => {
  const port = await freePort();
  const run = { port, pidFile: join(directory, `${++count}.pid`), workers: 2, requestLog: false };
  const service = startScript(fixture("coordinator", "app.ts"), [], { run });
  onTestFinished(async () => {
    process.kill(service.pid, "SIGINT");
    await service.ended;
  });
  await service.until(/Serving/);
  return both(port);
};

test("a message reaches the apps of all workers, in order", async () => {
  const clients = await started();
  const { from } = await clients[0].json<{ from: number }>("/publish/200");
  for (const client of clients) {
    const heard: unknown[] = [];
    await eventually(async () => {
      heard.push(...(await client.json<unknown[]>("/heard")));
      return heard.at(-1) === "end";
    });
    expect(heard).toEqual([...Array.from({ length: 200 }, (_, at) => ({ at, from })), "end"]);
  }
});

test("a lease is held by one worker, and is free when that one is killed", async () => {
  const [one, other] = await started();
  expect(await one.json("/lease/job")).toEqual({ taken: true });
  expect(await other.json("/lease/job")).toEqual({ taken: false });
  process.kill(one.pid, "SIGKILL");
  await eventually(async () => (await other.json<{ taken: boolean }>("/lease/job")).taken);
});

test("both workers add to one counter", async () => {
  const [one, other] = await started();
  const counts = await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? one : other).json<{ value: number }>("/count")));
  expect(counts.map(({ value }) => value).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
});

test("a worker calls functions in threads of its own", async () => {
  for (const client of await started()) expect(await client.json("/thread")).toEqual({ result: 144, pid: client.pid });
});
