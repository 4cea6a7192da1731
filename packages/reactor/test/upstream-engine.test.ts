import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Engine } from "../src/engine/engine.ts";
import { parseAlias } from "../src/upstream/alias.ts";
import { balance } from "../src/upstream/balance.ts";
import { Upstreams } from "../src/upstream/upstreams.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { refused, take } from "./support/upstream.ts";

const makeEngine = (logPath?: string): Engine => {
  const engine = new Engine({ name: "upstreams", ...(logPath === undefined ? {} : { logPath }) });
  onTestFinished(() => engine.close());
  return engine;
};

describe("an engine", () => {
  test("has a cluster for each alias, with the alias's options", () => {
    const engine = makeEngine();
    engine.alias("@members", "http", ["a:1 2", "b:1"], { policy: "roundRobin", maxInFlight: 5 });
    expect(engine.upstreams.names).toEqual(["members"]);
    const cluster = engine.upstreams.get("@members")!;
    expect(engine.upstreams.get("members")).toBe(cluster);
    expect(Array.from({ length: 3 }, () => take(cluster).member.host).join("")).toBe("aba");
    expect(engine.upstreams.get("@strangers")).toBeUndefined();
  });

  test("refuses options of an alias that nobody reads", () => {
    expect(() => makeEngine().alias("@a", "http", "a", { maxInflight: 5 } as object)).toThrow("Did you mean maxInFlight?");
  });

  test("shows the clusters in use on the status page, without credentials", () => {
    const engine = makeEngine();
    engine.alias("@db", "postgresql", "user:hunter2@db/shop").alias("@idle", "redis", "r");
    take(engine.upstreams.get("@db")!).release("ok");
    const report = engine.status("upstreams");
    expect(report).toMatchObject({ upstreams: { db: { kind: "postgresql", requests: 1, members: [{ address: "db:5432" }] } } });
    expect(Object.keys(report["upstreams"] as object)).toEqual(["db"]);
    expect(JSON.stringify(engine.status())).not.toContain("hunter2");
  });

  test("notes which member failed, went down and came back", async () => {
    const directory = temporaryDirectory();
    const engine = makeEngine(directory);
    engine.alias("@pair", "http", ["u:hunter2@a:1 1000000", "b:1"], { slowStart: 0, policy: "roundRobin" });
    engine.mount("/", () => {});
    await engine.prepare();
    const cluster = engine.upstreams.get("@pair")!;
    const attempt = ({ member }: { member: { host: string } }): string => {
      if (member.host === "a") throw refused();
      return member.host;
    };
    expect(await balance(cluster, attempt, { idempotent: true })).toBe("b");
    cluster.report(cluster.members[0]!, true);
    await engine.close();
    const log = await readFile(join(directory, "server.log"), "utf8");
    expect(log).toContain("[warn] @pair a:1 is down");
    expect(log).toContain("[warn] @pair a:1: connect ECONNREFUSED. Cluster Response Error, Switch To Another...");
    expect(log).toContain("[info] @pair a:1 is back");
    expect(log).not.toMatch(/hunter2|removed/);
  });

  test("closes its clusters", async () => {
    const engine = makeEngine();
    engine.alias("@a", "http", "a").alias("@b", "http", "b");
    const cluster = engine.upstreams.get("@a")!;
    await engine.close();
    expect(() => cluster.acquire()).toThrow("closed");
    expect(() => engine.upstreams.get("@b")!.acquire()).toThrow("closed");
  });
});

describe("upstreams", () => {
  test("make a cluster at its first use and tell of it", async () => {
    const made = vi.fn();
    await using upstreams = new Upstreams({ made });
    upstreams.define(parseAlias("@a", "http", "a"));
    expect(made).not.toHaveBeenCalled();
    expect(upstreams.status()).toEqual({});
    const cluster = upstreams.get("@a");
    expect(upstreams.get("@a")).toBe(cluster);
    expect(made).toHaveBeenCalledExactlyOnceWith(cluster);
    expect(Object.keys(upstreams.status())).toEqual(["a"]);
  });

  test("keep the first definition of a name", async () => {
    await using upstreams = new Upstreams();
    upstreams.define(parseAlias("@a", "http", "one"), { policy: "random" }).define(parseAlias("@a", "http", "two"));
    expect(upstreams.get("@a")!.members.map(({ host }) => host)).toEqual(["one"]);
    expect(upstreams.status()["a"]!.policy).toBe("random");
  });
});
