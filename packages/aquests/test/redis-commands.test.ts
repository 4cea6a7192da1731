import { randomBytes } from "node:crypto";
import { describeWith } from "@skitai-internal/services/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AquestsError, createClient, type Client, type RedisDatabase } from "../src/index.ts";

describeWith("redis", (service) => {
  let client: Client;
  let redis: RedisDatabase;

  beforeAll(() => {
    client = createClient();
    redis = client.redis(service.url);
  });
  afterAll(() => client.close());

  test("a value that was set can be got", async () => {
    const set = await redis.set("greeting", "hello", "EX", 60);
    expect([set.status, set.statusCode, set.reason, set.version, set.data]).toEqual([3, 200, "OK", "Redis", "OK"]);
    const got = await redis.get("greeting");
    expect([got.method, got.node, got.data]).toEqual(["get", `${service.host}:${service.port}`, "hello"]);
    expect((await redis.ttl("greeting")).data).toBeGreaterThan(50);
  });

  test("numbers come as numbers, what is not there as null, lists as lists", async () => {
    expect((await redis.incr("count")).data).toBe(1);
    expect((await redis.get("nothing")).data).toBeNull();
    await redis.rpush("list", "a", 2, ["b", "c"]);
    expect((await redis.lrange("list", 0, -1)).data).toEqual(["a", "2", "b", "c"]);
    expect((await redis.mget("count", "nothing")).data).toEqual(["1", null]);
  });

  test("an object or a map gives the fields of a hash, which comes back as an object", async () => {
    await redis.hset("hash", { a: 1, b: "two" });
    await redis.hset("hash", new Map([["c", 3n]]));
    expect((await redis.hgetall("hash")).data).toEqual({ a: "1", b: "two", c: "3" });
    await redis.mset({ one: 1, two: 2 });
    expect((await redis.mget(["one", "two"])).data).toEqual(["1", "2"]);
  });

  test("bytes go and come as they are", async () => {
    const bytes = randomBytes(2048);
    await redis.set("bytes", bytes);
    await redis.hset("byteHash", "part", new Uint8Array(bytes.buffer, bytes.byteOffset + 10, 5));
    expect((await redis.getBuffer("bytes")).data?.equals(bytes)).toBe(true);
    expect((await redis.hgetallBuffer("byteHash")).data["part"]).toEqual(bytes.subarray(10, 15));
    expect((await redis.callBuffer("GET", "bytes")).data).toEqual(bytes);
  });

  test("a value of many megabytes goes and comes", async () => {
    const big = randomBytes(8 << 20).toString("base64");
    await redis.set("big", big);
    expect((await redis.get("big")).data === big).toBe(true);
    await redis.del("big");
  });

  test("commands without types, and those of modules by call(), are sent as they are", async () => {
    expect((await redis.echo("x")).data).toBe("x");
    expect((await redis.call("STRLEN", "greeting")).data).toBe(5);
    const unknown = await redis.call("NO.SUCH", "x");
    expect([unknown.status, unknown.statusCode, unknown.reason]).toEqual([2, 500, "Error"]);
    expect(unknown.error?.message).toMatch(/unknown command/);
  });

  test("what the server refuses is a failure with its words", async () => {
    await redis.set("text", "not a number");
    const rs = await redis.incr("text");
    expect([rs.status, rs.statusCode, rs.reason, rs.data]).toEqual([2, 500, "Error", null]);
    expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_DATABASE", message: expect.stringMatching(/not an integer/) });
    expect(rs.error?.cause).toMatchObject({ name: "ReplyError" });
    expect(rs.error?.cause).not.toHaveProperty("command");
    await expect(redis.incr("text").wait()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
  });

  test("many commands at once all get their own answers", async () => {
    const all = await Promise.all(Array.from({ length: 2000 }, (_, i) => redis.echo(`n${i}`)));
    expect(all.map(({ data }) => data)).toEqual(Array.from({ length: 2000 }, (_, i) => `n${i}`));
  });

  test("all commands of a client share one connection", async () => {
    const others = createClient();
    const own = others.redis(service.url);
    await own.client("ID");
    const ids = await Promise.all(Array.from({ length: 50 }, () => own.client("ID")));
    expect(new Set(ids.map(({ data }) => data)).size).toBe(1);
    await others.close();
  });

  test.each(["multi", "exec", "watch", "select", "subscribe", "monitor", "auth", "hello", "quit", "reset"])(
    "call(%j) is refused, since others share the connection",
    (name) => {
      expect(() => redis.call(name)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_REQUEST" }));
      expect(() => redis.call(name.toUpperCase())).toThrow(name);
    },
  );

  test("CLIENT REPLY is refused, and CLIENT INFO is not", async () => {
    expect(() => redis.client("REPLY", "OFF")).toThrow(/others share/);
    expect((await redis.client("INFO")).data).toContain("name=aquests");
  });

  test.each([
    ["undefined", undefined],
    ["null", null],
    ["an object", { a: 1 }],
    ["a list in a list", [["x"]]],
    ["a function", () => 1],
    ["a date", new Date()],
  ])("%s as a value is refused, not written as a text of its own", (_, value) => {
    expect(() => redis.set("k", value as never)).toThrow(/Redis has texts, numbers and bytes/);
  });

  test("a member of an alias names its database, and so does who makes the Redis object", async () => {
    await client.redis(`${service.host}:${service.port}`, service.database).set("here", "1");
    client.alias("@other", "redis", `${service.host}:${service.port}/${service.database + 1}`);
    expect((await client.redis("@other").exists("here")).data).toBe(0);
    const again = await client.redis("@other", service.database).exists("here");
    expect([again.data, again.url]).toEqual([1, `redis://${service.host}:${service.port}/${service.database}`]);
    expect((await client.redis.lb("@other", service.database, { timeout: 1000 }).exists("here")).data).toBe(1);
  });

  test("backend() finds Redis by the alias, and db() by its type", async () => {
    await redis.set("which", "redis");
    client.alias("@cache", "redis", `${service.host}:${service.port}/${service.database}`);
    expect((await client.backend<"redis">("@cache").get("which")).data).toBe("redis");
    const db = client.db<"redis">(`${service.host}:${service.port}`, String(service.database), undefined, { dbtype: "*redis" });
    expect((await db.get("which")).data).toBe("redis");
  });

  test("an answer that was kept is given again, of readings only", async () => {
    await redis.set("kept", "first");
    (await redis.get("kept")).cache(60);
    await redis.set("kept", "second");
    const [again, fresh] = [
      await redis.get("kept"),
      await client.redis(service.url, undefined, undefined, { useCache: false }).get("kept"),
    ];
    expect([again.data, again.cached, fresh.data]).toEqual(["first", true, "second"]);
    expect((await redis.getBuffer("kept")).data).toEqual(Buffer.from("second"));
    (await redis.incr("hits")).cache(60);
    expect((await redis.incr("hits")).data).toBe(2);
  });

  test("a script is carried out with its keys and arguments", async () => {
    expect((await redis.eval("return {KEYS[1], ARGV[1], 7}", 1, "k", "a")).data).toEqual(["k", "a", 7]);
  });

  test("the object is no promise", async () => {
    expect(await (async () => redis)()).toBe(redis);
    expect(JSON.stringify({ redis })).toBe('{"redis":{}}');
  });
});

test("what names no server and no database is refused at once", async () => {
  await using client = createClient({ aliases: { "@web": ["http", "127.0.0.1:1"] } });
  expect(() => client.redis("a b")).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  expect(() => client.redis("user:secret@host:x")).toThrow(/\*\*\*/);
  expect(() => client.redis("user:secret@host:x")).not.toThrow(/secret/);
  expect(() => client.redis("127.0.0.1", -1)).toThrow(/whole number/);
  expect(() => client.redis("127.0.0.1/x")).toThrow(/whole number/);
  expect(() => client.redis("127.0.0.1", 0, "password" as never)).toThrow(/credentials/);
  expect(() => client.redis("@web")).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_ALIAS_KIND" }));
  expect(() => client.redis("@nowhere")).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_ALIAS_UNKNOWN" }));
  expect(() => client.redis("127.0.0.1", 0, undefined, { timeOut: 1 } as never)).toThrow(/timeout/);
  expect(() => client.redis("127.0.0.1", 0, undefined, { poolSize: 0 })).toThrow(AquestsError);
});
