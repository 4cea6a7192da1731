import { describe, expect, test } from "vitest";
import type { Lease } from "../src/upstream/lease.ts";
import type { PolicyName } from "../src/upstream/policy/policies.ts";
import { policyNames } from "../src/upstream/policy/policies.ts";
import { makeCluster, memberOf, take, tally } from "./support/upstream.ts";

/** What each request of a case is given; the policy `hash` needs a key for each. */
const keysOf = (policy: PolicyName): (() => { key: string } | undefined) => {
  let request = 0;
  return () => (policy === "hash" ? { key: `user-${request++}` } : undefined);
};

describe.each(policyNames)("the policy %s", (policy) => {
  test("gives members requests in the proportion of their weights", () => {
    const cluster = makeCluster(["a:1 6", "b:1 3", "c:1 1"], { policy });
    const next = keysOf(policy);
    const counts: Record<string, number> = {};
    for (let n = 0; n < 6_000; n++) {
      const lease = take(cluster, next());
      counts[lease.member.address] = (counts[lease.member.address] ?? 0) + 1;
      lease.release("ok");
    }
    expect(counts["a:1"]! / 6_000).toBeCloseTo(0.6, 1);
    expect(counts["b:1"]! / 6_000).toBeCloseTo(0.3, 1);
    expect(counts["c:1"]! / 6_000).toBeCloseTo(0.1, 1);
  });

  test("keeps requests under way in the proportion of weights", () => {
    const cluster = makeCluster(["a:1 2", "b:1 1"], { policy });
    const next = keysOf(policy);
    for (let n = 0; n < 300; n++) take(cluster, next());
    expect(memberOf(cluster, "a:1").inFlight / 300).toBeCloseTo(2 / 3, 1);
  });

  test("gives one member everything", () => {
    const cluster = makeCluster("a:1 7", { policy });
    const next = keysOf(policy);
    for (let n = 0; n < 10; n++) expect(take(cluster, next()).member.address).toBe("a:1");
  });

  test("never chooses a member that is down", () => {
    const cluster = makeCluster(["a:1", "b:1 100", "c:1"], { policy });
    const next = keysOf(policy);
    cluster.report(memberOf(cluster, "b:1"), false);
    for (let n = 0; n < 200; n++) expect(take(cluster, next()).member.address).not.toBe("b:1");
  });

  test("never chooses a member that is excluded", () => {
    const cluster = makeCluster(["a:1", "b:1 100", "c:1"], { policy });
    const next = keysOf(policy);
    const exclude = new Set([memberOf(cluster, "b:1")]);
    for (let n = 0; n < 200; n++) expect(take(cluster, { ...next(), exclude }).member.address).not.toBe("b:1");
  });

  test("never chooses a member that has no room", () => {
    const cluster = makeCluster(["a:1", "b:1 100"], { policy, maxInFlight: 50 });
    const next = keysOf(policy);
    for (let n = 0; n < 100; n++) take(cluster, next());
    expect(cluster.members.map(({ inFlight }) => inFlight)).toEqual([50, 50]);
  });

  test("takes all members for live when none is", () => {
    const cluster = makeCluster(["a:1", "b:1"], { policy });
    const next = keysOf(policy);
    for (const member of cluster.members) cluster.report(member, false);
    const chosen = new Set<string>();
    for (let n = 0; n < 100; n++) chosen.add(take(cluster, next()).member.address);
    expect([...chosen].toSorted()).toEqual(["a:1", "b:1"]);
  });

  test("gives a member that came back a part of its share first", () => {
    let now = 0;
    const cluster = makeCluster(["a:1", "b:1"], { policy, slowStart: 1_000, now: () => now });
    const next = keysOf(policy);
    cluster.report(memberOf(cluster, "b:1"), false);
    cluster.report(memberOf(cluster, "b:1"), true);
    const part = (): number => {
      const counts = { "a:1": 0, "b:1": 0 };
      for (let n = 0; n < 2_000; n++) {
        const lease = take(cluster, next());
        counts[lease.member.address as "a:1"]++;
        lease.release("ok");
      }
      return counts["b:1"] / 2_000;
    };
    expect(part()).toBeCloseTo(0.1 / 1.1, 1);
    now = 1_001;
    expect(part()).toBeCloseTo(0.5, 1);
  });
});

describe("least in flight", () => {
  test("chooses the member with the fewest requests under way for its weight", () => {
    const cluster = makeCluster(["a:1 3", "b:1 1"]);
    const leases: Lease[] = Array.from({ length: 8 }, () => take(cluster));
    expect(cluster.members.map(({ inFlight }) => inFlight)).toEqual([6, 2]);
    for (const lease of leases) if (lease.member.address === "a:1") lease.release("ok");
    for (let n = 0; n < 6; n++) expect(take(cluster).member.address).toBe("a:1");
  });
});

describe("round robin", () => {
  test("spreads the turns of a heavy member", () => {
    const cluster = makeCluster(["a:1 5", "b:1", "c:1"], { policy: "roundRobin" });
    const turns = Array.from({ length: 7 }, () => take(cluster).member.host).join("");
    expect(turns).toBe("aabacaa");
  });
});

describe("two choices at random", () => {
  test("keeps away from the busier one", () => {
    const cluster = makeCluster(["a:1", "b:1"], { policy: "random" });
    for (let n = 0; n < 100; n++) take(cluster);
    const [one, other] = cluster.members.map(({ inFlight }) => inFlight);
    expect(Math.abs(one! - other!)).toBeLessThanOrEqual(2);
  });
});

describe("hash", () => {
  const owners = (cluster: ReturnType<typeof makeCluster>): Map<string, string> =>
    new Map(
      Array.from({ length: 500 }, (_, n) => {
        const lease = take(cluster, { key: `key ${n}` });
        lease.release("neutral");
        return [`key ${n}`, lease.member.address];
      }),
    );

  test("gives the same member for the same key, in every process", () => {
    const members = ["a:1", "b:1", "c:1"];
    expect(owners(makeCluster(members, { policy: "hash" }))).toEqual(owners(makeCluster(members, { policy: "hash", random: () => 0 })));
  });

  test("moves only the keys of a member that is gone", () => {
    const cluster = makeCluster(["a:1", "b:1", "c:1"], { policy: "hash" });
    const before = owners(cluster);
    cluster.switchOff("b:1");
    for (const [key, address] of owners(cluster)) {
      if (before.get(key) !== "b:1") expect(address).toBe(before.get(key));
    }
  });

  test("spreads requests without a key", () => {
    const counts = tally(makeCluster(["a:1", "b:1"], { policy: "hash" }), 1_000);
    expect(counts["a:1"]! / 1_000).toBeCloseTo(0.5, 1);
  });
});
