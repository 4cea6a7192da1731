import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseAlias } from "../src/upstream/alias.ts";
import { Cluster } from "../src/upstream/cluster.ts";
import type { Lease } from "../src/upstream/lease.ts";
import { makeCluster, memberOf, take, tally } from "./support/upstream.ts";

const code = (text: string): object => expect.objectContaining({ code: `SKITAI_REACTOR_${text}` }) as object;

describe("a lease", () => {
  test("is there at once when a member has room, and counts as under way until it is released", () => {
    const cluster = makeCluster("a:1");
    const lease = cluster.acquire();
    expect(lease).not.toBeInstanceOf(Promise);
    expect(cluster.members[0]!.inFlight).toBe(1);
    (lease as Lease).release("ok");
    expect(cluster.members[0]!.inFlight).toBe(0);
  });

  test("is released once only", () => {
    const cluster = makeCluster("a:1");
    const lease = take(cluster);
    lease.release("ok");
    lease.release("failed");
    expect(cluster.status().members[0]).toMatchObject({ inFlight: 0, requests: 1, failures: 0, state: "up" });
  });

  test("of a given member is given even when that is down", () => {
    const cluster = makeCluster(["a:1", "b:1"]);
    const down = memberOf(cluster, "b:1");
    cluster.report(down, false);
    expect((cluster.lease(down) as Lease).member).toBe(down);
  });

  test("of a member of another cluster is refused", () => {
    const cluster = makeCluster("a:1");
    const stranger = memberOf(makeCluster("a:1"), "a:1");
    expect(() => cluster.lease(stranger)).toThrow(code("NO_MEMBER"));
  });

  test("is refused when all members were tried or are off", () => {
    const cluster = makeCluster(["a:1", "b:1"]);
    expect(() => cluster.acquire({ exclude: new Set(cluster.members) })).toThrow(code("NO_MEMBER"));
    cluster.switchOff("a:1");
    cluster.switchOff("b:1");
    expect(() => cluster.acquire()).toThrow(code("NO_MEMBER"));
  });

  test("is refused when the signal has aborted", () => {
    const cluster = makeCluster("a:1");
    expect(() => cluster.acquire({ signal: AbortSignal.abort(new Error("enough")) })).toThrow("enough");
    expect(cluster.members[0]!.inFlight).toBe(0);
  });
});

describe("a full cluster", () => {
  test("serves those who wait in the order of their coming", async () => {
    const cluster = makeCluster("a:1", { maxInFlight: 1 });
    const first = take(cluster);
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (number) => {
      const lease = await cluster.acquire();
      order.push(number);
      lease.release("ok");
    });
    expect(cluster.status().waiting).toBe(3);
    first.release("ok");
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
  });

  test("never has more under way at a member than it may", async () => {
    const cluster = makeCluster(["a:1", "b:1 5"], { maxInFlight: 3 });
    let most = 0;
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const lease = await cluster.acquire();
        most = Math.max(most, lease.member.inFlight);
        await new Promise(setImmediate);
        lease.release("ok");
      }),
    );
    expect(most).toBe(3);
    expect(cluster.status()).toMatchObject({ requests: 100, waiting: 0 });
  });

  test("refuses at once when enough wait already", () => {
    const cluster = makeCluster("a:1", { maxInFlight: 1, maxQueue: 0 });
    take(cluster);
    expect(() => cluster.acquire()).toThrow(code("CLUSTER_BUSY"));
  });

  test("refuses at once those who do not want to wait", () => {
    const cluster = makeCluster("a:1", { maxInFlight: 1 });
    take(cluster);
    expect(() => cluster.acquire({ atOnce: true })).toThrow(code("CLUSTER_BUSY"));
  });

  test("sends away those who waited too long", async () => {
    vi.useFakeTimers();
    try {
      const cluster = makeCluster("a:1", { maxInFlight: 1, queueTimeout: "2s" });
      take(cluster);
      const late = expect(cluster.acquire()).rejects.toEqual(code("CLUSTER_BUSY"));
      await vi.advanceTimersByTimeAsync(1_999);
      expect(cluster.status().waiting).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      await late;
      expect(cluster.status().waiting).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("forgets those whose signal aborts, and goes on with the next", async () => {
    const cluster = makeCluster("a:1", { maxInFlight: 1 });
    const held = take(cluster);
    const controller = new AbortController();
    const impatient = cluster.acquire({ signal: controller.signal });
    const patient = cluster.acquire();
    controller.abort(new Error("gone"));
    await expect(impatient).rejects.toThrow("gone");
    held.release("ok");
    expect((await patient).member.inFlight).toBe(1);
  });

  test("passes over those whom the free member does not suit", async () => {
    const cluster = makeCluster(["a:1", "b:1"], { maxInFlight: 1 });
    const [one, other] = [take(cluster), take(cluster)];
    const choosy = cluster.acquire({ exclude: new Set([one.member]) });
    const any = cluster.acquire();
    one.release("ok");
    expect((await any).member).toBe(one.member);
    other.release("ok");
    expect((await choosy).member).toBe(other.member);
  });

  test("lets those who want a given member wait for that one", async () => {
    const cluster = makeCluster(["a:1", "b:1"], { maxInFlight: 1 });
    const [one, other] = [take(cluster), take(cluster)];
    const wanted = cluster.lease(other.member);
    one.release("ok");
    expect(cluster.status().waiting).toBe(1);
    other.release("ok");
    expect((await wanted).member).toBe(other.member);
  });

  test("uses a member that is added at once", async () => {
    const cluster = makeCluster("a:1", { maxInFlight: 1 });
    take(cluster);
    const waiting = cluster.acquire();
    cluster.add("b:1");
    expect((await waiting).member.address).toBe("b:1");
  });
});

describe("members at run time", () => {
  test("are added, and a second time take over the weight", () => {
    const cluster = makeCluster("a:1");
    const added = cluster.add("b:1 3");
    expect(cluster.add("b:1 5")).toBe(added);
    expect(cluster.members.map(({ address, weight }) => [address, weight])).toEqual([
      ["a:1", 1],
      ["b:1", 5],
    ]);
  });

  test("with other credentials take the place of the old ones", () => {
    const cluster = makeCluster("u:old@a:1");
    const before = cluster.members[0]!;
    const removed = vi.fn();
    cluster.on("removed", removed);
    const after = cluster.add("u:new@a:1");
    expect(removed).toHaveBeenCalledExactlyOnceWith(before);
    expect(cluster.members).toEqual([after]);
  });

  test("are removed when what is under way has ended", async () => {
    const cluster = makeCluster(["a:1", "b:1"]);
    const lease = cluster.lease(memberOf(cluster, "a:1")) as Lease;
    const removed = vi.fn();
    cluster.on("removed", removed);
    const removal = cluster.remove("a:1");
    expect(lease.member.state).toBe("draining");
    expect(cluster.all().map(({ address }) => address)).toEqual(["b:1"]);
    expect(tally(cluster, 20)["a:1"]).toBe(0);
    expect(removed).not.toHaveBeenCalled();
    lease.release("ok");
    await removal;
    expect(removed).toHaveBeenCalledExactlyOnceWith(lease.member);
    expect(lease.member.state).toBe("removed");
    expect(cluster.members.map(({ address }) => address)).toEqual(["b:1"]);
  });

  test("are removed when time is up", async () => {
    const cluster = makeCluster(["a:1", "b:1"]);
    const lease = cluster.lease(memberOf(cluster, "a:1")) as Lease;
    await cluster.remove("a:1", { timeout: 5 });
    expect(cluster.members).toHaveLength(1);
    lease.release("ok");
    expect(lease.member.inFlight).toBe(0);
  });

  test("that are removed send away those who wait for them alone", async () => {
    const cluster = makeCluster(["a:1", "b:1"], { maxInFlight: 1 });
    const held = cluster.lease(memberOf(cluster, "a:1")) as Lease;
    const waiting = expect(cluster.lease(held.member)).rejects.toEqual(code("NO_MEMBER"));
    const removal = cluster.remove("a:1");
    await waiting;
    held.release("ok");
    await removal;
  });

  test("get nothing while they are switched off", () => {
    const cluster = makeCluster(["a:1", "b:1"], { slowStart: 0 });
    cluster.switchOff("a:1");
    expect(cluster.all()).toHaveLength(1);
    expect(tally(cluster, 50)).toEqual({ "a:1": 0, "b:1": 50 });
    cluster.switchOn("a:1");
    expect(tally(cluster, 50)["a:1"]).toBeGreaterThan(10);
  });

  test("that are unknown are named in an error that lists the known ones", async () => {
    const cluster = makeCluster(["a:1", "u:secret@b:1/one", "u:secret@b:1/two"]);
    await expect(cluster.remove("c:1")).rejects.toThrow('@test has no member "c:1". It has: a:1, b:1, b:1.');
    expect(() => cluster.switchOff("b:1")).toThrow("b:1/one, b:1/two");
    cluster.switchOff("b:1/two");
    expect(cluster.members.map(({ state }) => state)).toEqual(["up", "up", "off"]);
  });
});

describe("a cluster", () => {
  test("tells of changes of state", () => {
    const cluster = makeCluster(["a:1", "b:1"]);
    const changes: string[] = [];
    cluster.on("state", ({ address, state }, before) => void changes.push(`${address} ${before} ${state}`));
    cluster.report(memberOf(cluster, "a:1"), false);
    cluster.report(memberOf(cluster, "a:1"), true);
    cluster.switchOff("b:1");
    expect(changes).toEqual(["a:1 up down", "a:1 down warming", "b:1 up off"]);
  });

  test("tells no more to a listener that has gone", () => {
    const cluster = makeCluster("a:1");
    const listener = vi.fn();
    cluster.on("state", listener).off("state", listener);
    cluster.switchOff("a:1");
    expect(listener).not.toHaveBeenCalled();
  });

  test("is not upset by a listener that throws, but lets it be heard", () => {
    const later = vi.spyOn(globalThis, "queueMicrotask").mockImplementation(() => {});
    onTestFinished(() => later.mockRestore());
    const cluster = makeCluster(["a:1", "b:1"]);
    cluster.on("state", () => {
      throw new Error("mine");
    });
    const lease = take(cluster);
    lease.release("failed");
    expect(lease.member).toMatchObject({ state: "down", inFlight: 0 });
    expect(later.mock.calls[0]![0]).toThrow("mine");
  });

  test("gives figures without credentials", () => {
    const cluster = makeCluster("user:secret@a:1 3");
    take(cluster).release("ok", 20);
    take(cluster).release("failed");
    take(cluster);
    const status = cluster.status();
    expect(JSON.stringify(status)).not.toMatch(/user|secret/);
    expect(status).toMatchObject({ kind: "http", policy: "leastInFlight", requests: 3, waiting: 0 });
    expect(status.members).toEqual([
      expect.objectContaining({ address: "a:1", weight: 3, inFlight: 1, requests: 2, failures: 1, state: "down", latency: 20 }),
    ]);
    expect(status.members[0]!.backIn).toBeGreaterThan(59_000);
  });

  test("closes once, sends away those who wait and refuses the rest", async () => {
    const cluster = makeCluster("a:1", { maxInFlight: 1 });
    const removed = vi.fn();
    cluster.on("removed", removed);
    const held = take(cluster);
    const waiting = expect(cluster.acquire()).rejects.toEqual(code("CLUSTER_CLOSED"));
    expect(cluster.close()).toBe(cluster.close());
    await waiting;
    await cluster[Symbol.asyncDispose]();
    expect(() => cluster.acquire()).toThrow(code("CLUSTER_CLOSED"));
    expect(() => cluster.add("b:1")).toThrow(code("CLUSTER_CLOSED"));
    expect(removed).toHaveBeenCalledTimes(1);
    held.release("ok");
  });

  test("has addresses as they are written, and paths for SQLite", () => {
    const of = (kind: string, member: string, ssl?: boolean): Cluster =>
      new Cluster(parseAlias("x", kind, member, ssl === undefined ? {} : { ssl }));
    expect(of("postgresql", "u:p@db/shop").members[0]!.address).toBe("db:5432");
    expect(of("sqlite3", "/var/my data/shop.db").members[0]!.address).toBe("/var/my data/shop.db");
    expect(of("http", "[::1]:5000").members[0]!.address).toBe("[::1]:5000");
    expect(of("http", "site", true).members[0]!.address).toBe("site:443");
  });

  test.each(["http", "ws", "https", "wss", "postgresql", "redis", "mongodb"])("of kind %s speaks TLS when told to", (kind) => {
    expect(new Cluster(parseAlias("x", kind, "h", { ssl: true })).ssl).toBe(true);
  });
});

describe("options of a cluster", () => {
  const alias = parseAlias("test", "http", "a:1");

  test.each([
    ["polcy", 1, "Did you mean policy?"],
    ["policy", "fastest", "leastInFlight, roundRobin, random, hash"],
    ["policy", "constructor", "leastInFlight"],
    ["maxInFlight", 0, "from 1"],
    ["maxInFlight", 1.5, "from 1"],
    ["maxQueue", -1, "from 0"],
    ["queueTimeout", "soon", "not a duration"],
    ["slowStart", -1, "not a duration"],
    ["hedge", true, "not a duration"],
    ["health", { failures: 0 }, "health.failures"],
    ["health", { recheck: "x" }, "health.recheck"],
    ["health", { failurs: 1 }, "Did you mean failures?"],
    ["outlier", { failureRatio: 2 }, "from 0 to 1"],
    ["outlier", "yes", "true, false or an object"],
    ["outlier", { maxEjected: 101 }, "from 0 to 100"],
    ["breaker", { trials: 0 }, "breaker.trials"],
    ["breaker", { open: 1 }, "An option of breaker"],
    ["retryBudget", { ratio: Number.NaN }, "retryBudget.ratio"],
    ["retryBudget", true, "Options are an object"],
    ["probe", { check: "/health" }, "Use a function"],
    ["probe", { check: async () => true, healthyAfter: 0 }, "probe.healthyAfter"],
    ["now", 5, "Use a function"],
    ["random", "dice", "Use a function"],
  ])("%s: %o is refused", (name, value, hint) => {
    expect(() => new Cluster(alias, { [name]: value })).toThrow(hint);
    expect(() => parseAlias("test", "http", "a:1", { [name]: value })).toThrow(hint);
  });

  test("of the alias hold, and those of the cluster go before them", () => {
    const limited = parseAlias("test", "http", "a:1", { maxInFlight: 1, maxQueue: 0, policy: "random" });
    const cluster = new Cluster(limited, { policy: "hash" });
    expect(cluster.status().policy).toBe("hash");
    take(cluster);
    expect(() => cluster.acquire()).toThrow(code("CLUSTER_BUSY"));
  });
});
