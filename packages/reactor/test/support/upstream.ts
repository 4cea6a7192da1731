import { onTestFinished } from "vitest";
import { parseAlias } from "../../src/upstream/alias.ts";
import type { ClusterOptions } from "../../src/upstream/cluster-options.ts";
import { Cluster } from "../../src/upstream/cluster.ts";
import type { Lease } from "../../src/upstream/lease.ts";

/** A clock that goes on when it is told to. */
export class HandClock {
  #time = 1_000;

  readonly now = (): number => this.#time;

  /** @param milliseconds that pass. */
  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }
}

/** The same numbers in each run, spread like random ones. */
export const seeded = (seed = 1): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** A cluster of kind http that is closed after the test. */
export const makeCluster = (members: string | readonly string[], options: ClusterOptions = {}): Cluster => {
  const cluster = new Cluster(parseAlias("@test", "http", members), { random: seeded(), ...options });
  onTestFinished(() => cluster.close());
  return cluster;
};

/** A lease that is there at once. */
export const take = (cluster: Cluster, options?: Parameters<Cluster["acquire"]>[0]): Lease => {
  const lease = cluster.acquire(options);
  if (lease instanceof Promise) throw new Error("No member has room.");
  return lease;
};

/** How often each member is chosen in so many requests, each of which ends before the next one. */
export const tally = (cluster: Cluster, requests: number, options?: Parameters<Cluster["acquire"]>[0]): Record<string, number> => {
  const counts: Record<string, number> = Object.fromEntries(cluster.members.map(({ address }) => [address, 0]));
  for (let n = 0; n < requests; n++) {
    const lease = take(cluster, options);
    counts[lease.member.address]!++;
    lease.release("ok");
  }
  return counts;
};

/** The member of an address. */
export const memberOf = (cluster: Cluster, address: string): Cluster["members"][number] => {
  const member = cluster.members.find((candidate) => candidate.address === address);
  if (!member) throw new Error(`There is no ${address}.`);
  return member;
};

/** An error as it comes from a connection that nobody accepts. */
export const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
