import { Agent } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { balance } from "../src/upstream/balance.ts";
import type { ClusterOptions } from "../src/upstream/cluster-options.ts";
import type { Cluster } from "../src/upstream/cluster.ts";
import { eventually } from "./support/eventually.ts";
import { makeCluster, memberOf } from "./support/upstream.ts";
import { ask, Upstream } from "./support/upstream-server.ts";

const clients = 24;
/** Milliseconds after which a hanging member has failed. */
const patience = 400;

interface Traffic {
  answered: number;
  readonly failures: string[];
  /** Ids of the POST requests that were answered. */
  readonly posted: string[];
}

/** Clients that send one GET after the other, and a POST now and then, until they are told to stop. */
const traffic = (cluster: Cluster): { seen: Traffic; stop: () => Promise<Traffic> } => {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const seen: Traffic = { answered: 0, failures: [], posted: [] };
  let isOver = false;
  let number = 0;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const id = String(number++);
      const method = number % 8 === 0 ? "POST" : "GET";
      try {
        await balance(cluster, ask({ method, id, agent, timeout: patience }), { idempotent: method === "GET" });
        seen.answered++;
        if (method === "POST") seen.posted.push(id);
      } catch (error) {
        seen.failures.push(`${method} ${(error as NodeJS.ErrnoException).code}`);
      }
    }
  };
  const done = Promise.all(Array.from({ length: clients }, client));
  const stop = async (): Promise<Traffic> => {
    isOver = true;
    await done;
    return seen;
  };
  onTestFinished(async () => void (await stop()));
  return { seen, stop };
};

const startThree = async (options: ClusterOptions): Promise<{ servers: Upstream[]; cluster: Cluster }> => {
  const servers = await Promise.all([Upstream.start(), Upstream.start(), Upstream.start()]);
  return {
    servers,
    cluster: makeCluster(
      servers.map(({ address }) => address),
      options,
    ),
  };
};

const gets = (failures: readonly string[]): string[] => failures.filter((failure) => failure.startsWith("GET"));

test("one of three members is killed, one hangs, one returns: no GET fails, no POST arrives twice, nobody is overrun", async () => {
  const room = 10;
  const { servers, cluster } = await startThree({ maxInFlight: room, slowStart: "1h", health: { recheck: 30, longRecheck: 30 } });
  const [killed, hanging, survivor] = servers as [Upstream, Upstream, Upstream];
  const { seen, stop } = traffic(cluster);
  const more = async (requests: number): Promise<void> => {
    const enough = seen.answered + requests;
    await eventually(() => seen.answered >= enough);
  };
  await more(300);

  killed.kill();
  await eventually(() => memberOf(cluster, killed.address).state === "down");
  await more(300);

  hanging.isHanging = true;
  await eventually(() => memberOf(cluster, hanging.address).state === "down");
  // The last one has all the load now, as far as it may.
  for (const server of servers) server.most = 0;
  await more(500);
  expect(survivor.most).toBeLessThanOrEqual(room);

  const before = { returned: killed.arrived, survivor: survivor.arrived };
  killed.most = 0;
  await killed.comeBack();
  await eventually(() => memberOf(cluster, killed.address).state === "warming" && killed.arrived > before.returned);
  await more(500);
  const returned = killed.arrived - before.returned;
  const others = survivor.arrived - before.survivor;
  // A tenth of the room, where the other one has all of it.
  expect(killed.most).toBeLessThanOrEqual(room / 5);
  expect(returned).toBeLessThan(others);

  const { failures, posted, answered } = await stop();
  const arrived = servers.flatMap(({ posts }) => posts);
  expect(gets(failures)).toEqual([]);
  expect(new Set(arrived).size).toBe(arrived.length);
  expect(posted.filter((id) => !arrived.includes(id))).toEqual([]);
  // What cannot be repeated fails only where it was under way.
  expect(failures.length).toBeLessThan(answered / 20);
});

test("members that all come back are all used again", async () => {
  const { servers, cluster } = await startThree({ slowStart: 0, health: { recheck: 20, longRecheck: 20 } });
  const { stop } = traffic(cluster);
  for (const server of servers) server.kill();
  await eventually(() => cluster.members.every(({ state }) => state !== "up"));
  for (const server of servers) await server.comeBack();
  const before = servers.map(({ arrived }) => arrived);
  await eventually(() => servers.every(({ arrived }, index) => arrived > before[index]! + 50));
  await stop();
  expect(cluster.members.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
});

test("a member is drained under load without a failure", async () => {
  const { servers, cluster } = await startThree({});
  const { seen, stop } = traffic(cluster);
  await eventually(() => seen.answered > 100);
  const [gone] = servers as [Upstream];
  await cluster.remove(gone.address);
  gone.kill();
  const enough = seen.answered + 100;
  await eventually(() => seen.answered > enough);
  expect((await stop()).failures).toEqual([]);
});
