import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClient, type Client, type Result } from "../src/index.ts";
import { bodyOf, serve, type Served } from "./support/serve.ts";

/** A server that can be made to hang, and knows how many requests it has under way. */
interface Worker {
  server: Served;
  readonly port: number;
  hangs: boolean;
  most: number;
  answered: number;
}

const worker = async (): Promise<Worker> => {
  let open = 0;
  const state = { hangs: false, most: 0, answered: 0 } as Worker;
  const start = (port: number): Promise<Served> =>
    serve((_, res) => {
      if (state.hangs) return;
      state.most = Math.max(state.most, ++open);
      res.once("close", () => open--);
      setTimeout(() => {
        state.answered++;
        res.end("done");
      }, 2);
    }, port);
  state.server = await start(0);
  return Object.assign(state, {
    port: state.server.port,
    restart: async () => (state.server = await start(state.port)),
  });
};

interface Restartable extends Worker {
  restart(): Promise<Served>;
}

/** Three workers behind `@three`, and a load of some clients that ask without a pause. */
const three = async (timeout = 300): Promise<{ client: Client; workers: Restartable[]; load: () => Load }> => {
  const workers = (await Promise.all([worker(), worker(), worker()])) as Restartable[];
  const client = createClient({ timeout }).alias(
    "@three",
    "http",
    workers.map(({ server }) => server.address),
    { health: { recheck: 400 }, slowStart: 200 },
  );
  onTestFinished(async () => {
    await client.close();
    await Promise.all(workers.map(({ server }) => server.stop()));
  });
  return { client, workers, load: () => new Load(client) };
};

const clients = 12;

class Load {
  readonly failures: { begun: number; result: Result<unknown> }[] = [];
  sent = 0;
  #stopped = false;
  readonly #client: Client;
  readonly #done: Promise<void[]>;

  constructor(client: Client) {
    this.#client = client;
    this.#done = Promise.all(Array.from({ length: clients }, () => this.#work()));
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      const begun = performance.now();
      this.sent++;
      const result = await this.#client.get("@three/");
      if (result.status !== 3) this.failures.push({ begun, result });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  /** Waits until so many more requests were sent. */
  async more(count: number): Promise<void> {
    const goal = this.sent + count;
    while (this.sent < goal) await new Promise((later) => setTimeout(later, 2));
  }
}

describe("three members under load", () => {
  test("lose no GET when one is killed, and use it again when it is back", async () => {
    const { client, workers, load } = await three(5_000);
    const running = load();
    await running.more(300);
    await workers[0]!.server.stop();
    await running.more(600);
    const cluster = client.upstreams.get("@three")!;
    expect(cluster.status().members[0]!.state).toBe("down");
    await workers[0]!.restart();
    const before = workers[0]!.answered;
    while (workers[0]!.answered < before + 50) await running.more(20);
    await running.stop();
    expect(running.failures).toEqual([]);
    // All that fell with the member was repeated, and nothing more: no storm.
    const { repeated, notRepeated } = cluster.status();
    expect(repeated).toBeGreaterThan(0);
    expect(repeated).toBeLessThanOrEqual(3 * clients);
    expect(notRepeated).toBe(0);
    for (const { most } of workers) expect(most).toBeLessThanOrEqual(clients);
  });

  test("lose no GET that begins after a member that hangs was found out", async () => {
    const { client, workers, load } = await three(150);
    const cluster = client.upstreams.get("@three")!;
    const found = new Promise<number>((resolve) => cluster.on("state", (member) => member.state === "down" && resolve(performance.now())));
    const running = load();
    await running.more(200);
    workers[1]!.hangs = true;
    const since = await found;
    // For as long as it stays out of rotation.
    while (cluster.status().members[1]!.state === "down") await running.more(20);
    const until = performance.now();
    workers[1]!.hangs = false;
    await running.more(200);
    await running.stop();
    const late = running.failures.filter(({ begun }) => begun > since && begun < until - 150);
    expect(late).toEqual([]);
    // Before that: what was under way at the member, once for each client at most.
    expect(running.failures.length).toBeLessThanOrEqual(2 * clients);
  });

  test("have the survivor take what it can when the two others are gone, and no more", async () => {
    const { workers, load } = await three(5_000);
    const running = load();
    await running.more(200);
    await Promise.all([workers[0]!.server.stop(), workers[2]!.server.stop()]);
    await running.more(400);
    await running.stop();
    expect(running.failures).toEqual([]);
    expect(workers[1]!.most).toBeLessThanOrEqual(clients);
  });
});

test("a POST reaches no second member once it was sent", async () => {
  const seen = new Map<string, number>();
  const answer =
    (dies: () => boolean): Parameters<typeof serve>[0] =>
    (req, res) =>
      void bodyOf(req).then((body) => {
        const id = body.toString();
        seen.set(id, (seen.get(id) ?? 0) + 1);
        if (dies()) req.socket.destroy();
        else res.end("done");
      });
  let count = 0;
  await using one = await serve(answer(() => ++count % 3 === 0));
  await using other = await serve(answer(() => false));
  await using client = createClient().alias("@two", "http", [one.address, other.address], { health: { failures: 1_000_000 } });
  const ids = Array.from({ length: 200 }, () => randomUUID());
  const results = await Promise.all(ids.map((id) => client.post("@two/", id)));
  expect([...seen.values()].every((times) => times === 1)).toBe(true);
  expect(seen.size).toBe(ids.length);
  const lost = results.filter(({ status }) => status === 2);
  expect(lost.length).toBe(Math.floor(count / 3));
  expect(new Set(lost.map(({ error }) => (error as { code?: string }).code))).toEqual(new Set(["SKITAI_AQUESTS_DISCONNECTED"]));
});

test("a POST goes to another member when the first one could not be reached", async () => {
  await using gone = await serve(() => {});
  const dead = gone.address;
  await gone.stop();
  await using alive = await serve((req, res) => void bodyOf(req).then((body) => res.end(body)));
  await using client = createClient().alias("@two", "http", [dead, alive.address]);
  const texts = await Promise.all(Array.from({ length: 20 }, async (_, at) => (await client.post("@two/", `n${at}`)).text));
  expect(texts).toEqual(Array.from({ length: 20 }, (_, at) => `n${at}`));
});

test("all members gone: the result says so within the time limit", async () => {
  await using client = createClient({ timeout: "2s" }).alias("@none", "http", ["127.0.0.1:1", "127.0.0.1:2"]);
  expect(await client.get("@none/")).toMatchObject({ status: 2, statusCode: 714, error: { code: "SKITAI_AQUESTS_CONNECT_FAILED" } });
});

test("a hedged GET is answered by the second member when the first one is slow", async () => {
  await using slow = await serve(() => {});
  await using quick = await serve((_, res) => res.end("quick"));
  await using client = createClient({ timeout: "5s" }).alias("@two", "http", [slow.address, quick.address], { hedge: 20 });
  const results = await Promise.all(Array.from({ length: 6 }, () => client.get("@two/")));
  expect(results.map(({ text, node }) => [text, node])).toEqual(Array.from({ length: 6 }, () => ["quick", quick.address]));
});

test("members come and go while calls are made", async () => {
  await using one = await serve((_, res) => res.end("one"));
  await using two = await serve((_, res) => res.end("two"));
  await using client = createClient().alias("@m", "http", one.address);
  expect((await client.get("@m/")).text).toBe("one");
  const cluster = client.upstreams.get("@m")!;
  cluster.add(two.address);
  await cluster.remove(one.address);
  expect((await client.get("@m/")).text).toBe("two");
  cluster.switchOff(two.address);
  expect(await client.get("@m/")).toMatchObject({ status: 2, error: { code: "SKITAI_AQUESTS_UNAVAILABLE" } });
  cluster.switchOn(two.address);
  expect((await client.get("@m/")).text).toBe("two");
});
