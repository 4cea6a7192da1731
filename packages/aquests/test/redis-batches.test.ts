import { describeWith } from "@skitai-internal/services/vitest";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { AquestsError, createClient, type Client, type RedisCommandList, type RedisDatabase } from "../src/index.ts";

describeWith("redis", (service) => {
  let client: Client;
  let redis: RedisDatabase;

  beforeAll(() => {
    client = createClient();
    redis = client.redis(service.url);
  });
  beforeEach(async () => void (await redis.flushdb()));
  afterAll(() => client.close());

  test("a transaction gives the answers of its commands in order", async () => {
    const rs = await redis.multi([
      ["incr", "a"],
      ["hset", "h", { x: 1 }],
      ["hgetall", "h"],
      ["get", "a"],
    ]);
    expect([rs.status, rs.method, rs.data]).toEqual([3, "multi", [1, 1, { x: "1" }, "1"]]);
  });

  test("a transaction may be planned by a function", async () => {
    const { data } = await redis.multi((tx) => [tx.incr("a"), tx.set("b", "c"), tx.getBuffer("b"), tx.call("GET", "a")]);
    expect(data).toEqual([1, "OK", Buffer.from("c"), "1"]);
  });

  test("transactions of many callers at once do not mix", async () => {
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        redis.multi([
          ["set", "turn", i],
          ["get", "turn"],
        ]),
      ),
    );
    expect(all.map(({ data }) => data?.[1])).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  test("the error of one command stands in its place", async () => {
    await redis.set("text", "x");
    const commands: RedisCommandList = [
      ["incr", "text"],
      ["incr", "a"],
    ];
    for (const { status, data } of [await redis.multi(commands), await redis.pipeline(commands)]) {
      expect(status).toBe(3);
      expect(data?.[0]).toBeInstanceOf(AquestsError);
      expect(data?.[0]).toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
    }
    expect((await redis.get("a")).data).toBe("2");
  });

  test("a transaction with a command that is none is not carried out", async () => {
    const rs = await redis.multi([["incr", "a"], ["nosuch"]]);
    expect([rs.status, rs.statusCode]).toEqual([2, 500]);
    expect(rs.error?.message).toMatch(/unknown command/);
    expect((await redis.exists("a")).data).toBe(0);
  });

  test("a pipeline of thousands of commands is one call", async () => {
    const { data } = await redis.pipeline(Array.from({ length: 5000 }, (_, i) => ["set", `k${i}`, i] as const));
    expect(data).toHaveLength(5000);
    expect((await redis.dbsize()).data).toBe(5000);
  });

  test("no commands are no answers", async () => {
    expect((await redis.multi([])).data).toEqual([]);
    expect((await redis.pipeline([])).data).toEqual([]);
  });

  test("what is no list of commands is refused", () => {
    expect(() => redis.multi("incr" as never)).toThrow(/commands are a list/);
    expect(() => redis.multi(["incr"] as never)).toThrow(/begins with its name/);
    expect(() => redis.multi([["select", 1]])).toThrow(/others share/);
    expect(() => redis.pipeline([["blpop", "a", 0]])).toThrow(/hold up all others/);
  });

  test("scan goes through all keys, also where they are many", async () => {
    await redis.pipeline(Array.from({ length: 3000 }, (_, i) => ["set", `scan:${i}`, "x"] as const));
    await redis.set("else", "x");
    const found = new Set<string>();
    for await (const key of redis.scan({ match: "scan:*", count: 200 })) found.add(key);
    expect(found.size).toBe(3000);
    const hashes: string[] = [];
    await redis.hset("h", { a: 1 });
    for await (const key of redis.scan({ type: "hash" })) hashes.push(key);
    expect(hashes).toEqual(["h"]);
  });

  test("the parts of a hash, a set and a sorted set are scanned", async () => {
    await redis.hset("h", { a: 1, b: 2 });
    await redis.sadd("s", "x", "y");
    await redis.zadd("z", 1.5, "m");
    const fields: [string, string][] = [];
    for await (const pair of redis.hscan("h")) fields.push(pair);
    const members: string[] = [];
    for await (const member of redis.sscan("s")) members.push(member);
    const scored: [string, number][] = [];
    for await (const pair of redis.zscan("z")) scored.push(pair);
    expect([fields, members.toSorted(), scored]).toEqual([
      [
        ["a", "1"],
        ["b", "2"],
      ],
      ["x", "y"],
      [["m", 1.5]],
    ]);
  });

  test("a scan of what is no hash rejects", async () => {
    await redis.set("text", "x");
    await expect(redis.hscan("text").next()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
    await expect(redis.scan({ pattern: "x" } as never).next()).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_OPTION" });
  });

  test("a command that blocks holds nobody up, and gets what comes", async () => {
    const waiting = redis.blpop("queue", 5);
    await redis.set("meanwhile", "1");
    await redis.rpush("queue", "job");
    expect((await waiting).data).toEqual(["queue", "job"]);
  });

  test("more blocking commands than connections take turns", async () => {
    const few = client.redis(service.url, undefined, undefined, { poolSize: 2 });
    const waiting = Array.from({ length: 6 }, () => few.blpop("queue", 5));
    await redis.rpush("queue", 1, 2, 3, 4, 5, 6);
    const got = await Promise.all(waiting);
    expect(new Set(got.map(({ data }) => data?.[1]))).toEqual(new Set(["1", "2", "3", "4", "5", "6"]));
  });
});
