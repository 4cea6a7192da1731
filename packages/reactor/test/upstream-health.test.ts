import { describe, expect, test, vi } from "vitest";
import type { ClusterOptions } from "../src/upstream/cluster-options.ts";
import type { Cluster } from "../src/upstream/cluster.ts";
import type { Lease, Outcome } from "../src/upstream/lease.ts";
import { eventually } from "./support/eventually.ts";
import { HandClock, makeCluster, memberOf, take, tally } from "./support/upstream.ts";

const clocked = (members: string[], options: ClusterOptions = {}): { cluster: Cluster; clock: HandClock } => {
  const clock = new HandClock();
  return { cluster: makeCluster(members, { slowStart: 0, now: clock.now, ...options }), clock };
};

const states = (cluster: Cluster): string[] => cluster.status().members.map(({ state }) => state);

const end = (cluster: Cluster, address: string, outcome: Outcome): void =>
  (cluster.lease(memberOf(cluster, address)) as Lease).release(outcome);

describe("a member that fails", () => {
  test("is down for 60 seconds, and for 600 after ten failures in a row", () => {
    const { cluster, clock } = clocked(["a:1", "b:1"]);
    for (let failure = 1; failure <= 12; failure++) {
      end(cluster, "a:1", "failed");
      const wait = failure < 10 ? 60_000 : 600_000;
      clock.pass(wait - 1);
      expect(states(cluster)).toEqual(["down", "up"]);
      clock.pass(1);
      expect(states(cluster)).toEqual(["up", "up"]);
    }
  });

  test("begins a new row after it has answered", () => {
    const { cluster, clock } = clocked(["a:1", "b:1"], { health: { longAfter: 2, longRecheck: "5m", recheck: "1s" } });
    end(cluster, "a:1", "failed");
    clock.pass(1_000);
    end(cluster, "a:1", "ok");
    end(cluster, "a:1", "failed");
    clock.pass(1_000);
    expect(states(cluster)).toEqual(["up", "up"]);
  });

  test("is back at once when it answers", () => {
    const { cluster } = clocked(["a:1", "b:1"]);
    const late = cluster.lease(memberOf(cluster, "a:1")) as Lease;
    end(cluster, "a:1", "failed");
    expect(states(cluster)).toEqual(["down", "up"]);
    late.release("ok");
    expect(states(cluster)).toEqual(["up", "up"]);
  });

  test("has failed once when all that was under way fails with it", () => {
    const { cluster } = clocked(["a:1", "b:1"]);
    const leases = Array.from({ length: 20 }, () => cluster.lease(memberOf(cluster, "a:1")) as Lease);
    for (const lease of leases) lease.release("failed");
    expect(cluster.status().members[0]).toMatchObject({ failures: 20, failuresInRow: 1, backIn: 60_000 });
  });

  test("is not marked for requests that say nothing about it", () => {
    const { cluster } = clocked(["a:1"]);
    take(cluster).release("neutral");
    expect(states(cluster)).toEqual(["up"]);
  });

  test("is marked after as many failures as are wanted", () => {
    const { cluster } = clocked(["a:1", "b:1"], { health: { failures: 3 } });
    end(cluster, "a:1", "failed");
    end(cluster, "a:1", "failed");
    expect(states(cluster)).toEqual(["up", "up"]);
    end(cluster, "a:1", "failed");
    expect(states(cluster)).toEqual(["down", "up"]);
  });

  test("is marked when others are faster several times in a row", () => {
    const { cluster } = clocked(["a:1", "b:1"], { health: { slow: 3 } });
    const slow = (times: number): void => {
      for (let n = 0; n < times; n++) end(cluster, "a:1", "slow");
    };
    slow(2);
    end(cluster, "a:1", "ok");
    slow(2);
    expect(states(cluster)).toEqual(["up", "up"]);
    slow(1);
    expect(states(cluster)).toEqual(["down", "up"]);
  });

  test("is left out, until all have failed and all are tried again", () => {
    const { cluster } = clocked(["a:1", "b:1", "c:1"]);
    end(cluster, "a:1", "failed");
    expect(tally(cluster, 60)["a:1"]).toBe(0);
    end(cluster, "b:1", "failed");
    end(cluster, "c:1", "failed");
    const counts = new Set<string>();
    for (let n = 0; n < 60; n++) counts.add(take(cluster).member.address);
    expect(counts.size).toBe(3);
  });

  test("that was the last one is the only one in rotation as soon as it answers", () => {
    const { cluster } = clocked(["a:1", "b:1"]);
    end(cluster, "a:1", "failed");
    end(cluster, "b:1", "failed");
    end(cluster, "b:1", "ok");
    expect(tally(cluster, 50)).toEqual({ "a:1": 0, "b:1": 50 });
  });
});

describe("a member that comes back", () => {
  test("has a tenth of its share first, and the whole after the slow start", () => {
    const { cluster, clock } = clocked(["a:1", "b:1"], { slowStart: "10s", health: { recheck: "1s" } });
    end(cluster, "a:1", "failed");
    clock.pass(1_000);
    expect(states(cluster)).toEqual(["warming", "up"]);
    const held = Array.from({ length: 44 }, () => take(cluster));
    // One in eleven, where each of its requests counts as ten.
    expect(memberOf(cluster, "a:1").inFlight).toBe(4);
    for (const lease of held) lease.release("neutral");
    clock.pass(5_000);
    for (let n = 0; n < 45; n++) take(cluster);
    expect(memberOf(cluster, "a:1").inFlight).toBe(15);
    clock.pass(5_000);
    expect(states(cluster)).toEqual(["up", "up"]);
    while (memberOf(cluster, "b:1").inFlight < 40) take(cluster);
    expect(memberOf(cluster, "a:1").inFlight).toBeGreaterThan(37);
  });

  test("has a part of its room too, so that what finds none elsewhere does not overrun it", () => {
    const { cluster, clock } = clocked(["a:1", "b:1"], { slowStart: "10s", maxInFlight: 20, health: { recheck: "1s" } });
    end(cluster, "a:1", "failed");
    clock.pass(1_000);
    const held = Array.from({ length: 22 }, () => take(cluster));
    expect(() => cluster.acquire({ atOnce: true })).toThrow("none has room");
    expect(cluster.members.map(({ inFlight }) => inFlight)).toEqual([2, 20]);
    for (const lease of held) lease.release("neutral");
    end(cluster, "b:1", "failed");
    // Where no other is well, it has all of it.
    for (let n = 0; n < 20; n++) take(cluster);
    expect(memberOf(cluster, "a:1").inFlight).toBe(20);
  });

  test("starts slowly too when it is added later", () => {
    const { cluster } = clocked(["a:1"], { slowStart: "10s" });
    cluster.add("b:1");
    for (let n = 0; n < 22; n++) take(cluster);
    expect(memberOf(cluster, "b:1").inFlight).toBe(2);
  });
});

describe("a member of which too many requests fail", () => {
  const outlier = { minRequests: 10, failureRatio: 0.5, window: "10s", ejectFor: "30s" } as const;
  const health = { failures: 100 };
  const fail = (cluster: Cluster, address: string): void => {
    for (let n = 0; n < 10; n++) end(cluster, address, n % 2 === 0 ? "ok" : "failed");
  };

  test("is ejected for a while, and longer the next time", () => {
    const { cluster, clock } = clocked(["a:1", "b:1", "c:1"], { outlier, health });
    fail(cluster, "a:1");
    expect(states(cluster)).toEqual(["ejected", "up", "up"]);
    expect(tally(cluster, 30)["a:1"]).toBe(0);
    clock.pass(30_000);
    expect(states(cluster)).toEqual(["up", "up", "up"]);
    fail(cluster, "a:1");
    clock.pass(59_999);
    expect(states(cluster)).toEqual(["ejected", "up", "up"]);
    clock.pass(1);
    expect(states(cluster)).toEqual(["up", "up", "up"]);
  });

  test("stays when few were seen, or the failures are long ago", () => {
    const { cluster, clock } = clocked(["a:1", "b:1"], { outlier, health });
    for (let n = 0; n < 9; n++) end(cluster, "a:1", "failed");
    clock.pass(20_000);
    end(cluster, "a:1", "failed");
    expect(states(cluster)).toEqual(["up", "up"]);
  });

  test("stays when enough others are ejected, and always when it is the last", () => {
    const { cluster } = clocked(["a:1", "b:1", "c:1", "d:1"], { outlier, health });
    for (const address of ["a:1", "b:1", "c:1", "d:1"]) fail(cluster, address);
    expect(states(cluster)).toEqual(["ejected", "ejected", "up", "up"]);
    const { cluster: pair } = clocked(["a:1", "b:1"], { outlier: { ...outlier, maxEjected: 100 }, health });
    fail(pair, "a:1");
    fail(pair, "b:1");
    expect(states(pair)).toEqual(["ejected", "up"]);
  });
});

describe("probes", () => {
  const well = new Map<string, boolean>();
  const check = async ({ address }: { address: string }): Promise<boolean> => well.get(address) ?? true;

  test("begin with the first request, not before", async () => {
    const asked = vi.fn(async () => true);
    const cluster = makeCluster("a:1", { probe: { check: asked } });
    expect(asked).not.toHaveBeenCalled();
    take(cluster);
    expect(asked).toHaveBeenCalledTimes(1);
    cluster.start();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("take a member out after bad ones in a row, and bring it back after good ones", async () => {
    well.clear();
    const cluster = makeCluster(["a:1", "b:1"], { slowStart: 0, probe: { check, interval: 2, unhealthyAfter: 3, healthyAfter: 2 } });
    const changes: string[] = [];
    cluster.on("state", ({ address, state }) => void changes.push(`${address} ${state}`));
    well.set("a:1", false);
    cluster.start();
    await eventually(() => changes.length === 1);
    expect(tally(cluster, 20)).toEqual({ "a:1": 0, "b:1": 20 });
    well.set("a:1", true);
    await eventually(() => changes.length === 2);
    expect(changes).toEqual(["a:1 down", "a:1 up"]);
  });

  test("bring back a member that requests have marked as down", async () => {
    well.clear();
    const cluster = makeCluster(["a:1", "b:1"], { slowStart: 0, probe: { check, interval: 2 } });
    end(cluster, "a:1", "failed");
    expect(memberOf(cluster, "a:1").state).toBe("down");
    await eventually(() => memberOf(cluster, "a:1").state === "up");
  });

  test("keep a member out whose time is up, as long as it fails them", async () => {
    let bad = 0;
    const clock = new HandClock();
    const check = async ({ host }: { host: string }): Promise<boolean> => {
      if (host === "a") bad++;
      return host !== "a";
    };
    const cluster = makeCluster(["a:1", "b:1"], { slowStart: 0, now: clock.now, probe: { check, interval: 2, unhealthyAfter: 2 } });
    end(cluster, "a:1", "failed");
    await eventually(() => bad > 2);
    clock.pass(60_000);
    expect(memberOf(cluster, "a:1").state).toBe("down");
    expect(tally(cluster, 20)["a:1"]).toBe(0);
  });

  test.each([
    ["rejects", () => Promise.reject(new Error("no"))],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["does not end", () => new Promise<boolean>(() => {})],
  ])("have failed when the check %s", async (_, bad) => {
    const cluster = makeCluster(["a:1", "b:1"], {
      probe: { check: ({ host }) => (host === "a" ? bad() : Promise.resolve(true)), interval: 2, timeout: 2, unhealthyAfter: 1 },
    });
    cluster.start();
    await eventually(() => memberOf(cluster, "a:1").state === "down");
    expect(memberOf(cluster, "b:1").state).toBe("up");
  });

  test("end with the cluster, and their signal tells so", async () => {
    let seen: AbortSignal | undefined;
    const cluster = makeCluster("a:1", {
      probe: { check: (_, signal) => new Promise(() => (seen = signal)), timeout: "1h", interval: "1h" },
    });
    cluster.start();
    await cluster.close();
    expect(seen?.aborted).toBe(true);
  });
});

describe("a circuit breaker", () => {
  const breaker = { minRequests: 4, failureRatio: 0.5, openFor: "10s", window: "10s", trials: 2 } as const;
  const open = { code: "SKITAI_REACTOR_CLUSTER_OPEN", status: 503 };
  const tripped = (): ReturnType<typeof clocked> => {
    const made = clocked(["a:1", "b:1"], { breaker });
    for (const outcome of ["ok", "ok", "failed", "failed"] as const) take(made.cluster).release(outcome);
    return made;
  };

  test("refuses requests at once after too many failures", () => {
    const { cluster } = tripped();
    expect(cluster.status().breaker).toBe("open");
    expect(() => cluster.acquire()).toThrow(expect.objectContaining(open));
    expect(() => cluster.acquire()).toThrow("none is sent for another 10000 ms");
  });

  test("stays closed while few were seen", () => {
    const { cluster } = clocked(["a:1"], { breaker });
    for (let n = 0; n < 3; n++) take(cluster).release("failed");
    expect(cluster.status().breaker).toBe("closed");
  });

  test("lets a few requests through after a while, and closes when they succeed", () => {
    const { cluster, clock } = tripped();
    clock.pass(10_000);
    expect(cluster.status().breaker).toBe("halfOpen");
    const trials = [take(cluster), take(cluster)];
    expect(() => cluster.acquire()).toThrow(expect.objectContaining(open));
    for (const trial of trials) trial.release("ok");
    expect(cluster.status().breaker).toBe("closed");
    take(cluster).release("failed");
    expect(cluster.status().breaker).toBe("closed");
  });

  test("opens again when one of them fails, and tries another for one that says nothing", () => {
    const { cluster, clock } = tripped();
    clock.pass(10_000);
    take(cluster).release("neutral");
    take(cluster).release("neutral");
    take(cluster).release("failed");
    expect(cluster.status().breaker).toBe("open");
    clock.pass(9_999);
    expect(() => cluster.acquire()).toThrow(expect.objectContaining(open));
  });

  test("does not listen to requests that began before it opened", () => {
    const { cluster, clock } = clocked(["a:1"], { breaker });
    const late = [take(cluster), take(cluster)];
    for (let n = 0; n < 4; n++) take(cluster).release("failed");
    clock.pass(10_000);
    expect(cluster.status().breaker).toBe("halfOpen");
    for (const lease of late) lease.release("ok");
    expect(cluster.status().breaker).toBe("halfOpen");
  });

  test("sends away those who wait when it opens", async () => {
    const { cluster } = clocked(["a:1"], { breaker, maxInFlight: 4 });
    const leases = Array.from({ length: 4 }, () => take(cluster));
    const waiting = Array.from({ length: 4 }, async () => cluster.acquire());
    const refusals = Promise.allSettled(waiting);
    for (const lease of leases) lease.release("failed");
    const results = await refusals;
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
  });
});
