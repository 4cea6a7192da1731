import { createClient, type AquestsError, type Dispatch, type MapDispatch, type RedisDatabase, type Result } from "../src/index.ts";

const client = createClient();
const redis: RedisDatabase = client.redis("@cache");

// The common commands say what they give.
export const text: Dispatch<string | null> = redis.get("k");
export const count: Dispatch<number> = redis.incr("n");
export const list: Dispatch<string[]> = redis.lrange("l", 0, -1);
export const some: Dispatch<(string | null)[]> = redis.mget("a", ["b", "c"]);
export const hash: Dispatch<Record<string, string>> = redis.hgetall("h");
export const popped: Dispatch<[key: string, value: string] | null> = redis.blpop("q", 5);
redis.set("k", 1, "EX", 60);
redis.set("k", Buffer.from("v"));
redis.hset("h", { a: 1, b: "2" });
redis.hset("h", "a", 1, "b", 2);
redis.hset("h", new Map([["a", 1]]));
redis.mset({ a: 1 });
redis.xadd("s", "*", { a: 1 });

// In bytes, the same in bytes.
export const bytes: Dispatch<Buffer | null> = redis.getBuffer("k");
export const parts: Dispatch<Buffer[]> = redis.lrangeBuffer("l", 0, -1);
export const fields: Dispatch<Record<string, Buffer>> = redis.hgetallBuffer("h");

// Others give what nobody knows.
export const other: Dispatch<unknown> = redis.geoadd("g", 1, 2, "here");
export const module: Dispatch<unknown> = redis.call("JSON.GET", "k");
// @ts-expect-error -- nothing is known of it
export const unknown: Dispatch<string> = redis.call("JSON.GET", "k");

// What is none, or takes something else, does not compile.
// @ts-expect-error -- there is no such command
redis.gett("k");
// @ts-expect-error -- a key is needed
redis.get();
// @ts-expect-error -- an object is no value
redis.set("k", { a: 1 });
// @ts-expect-error -- it may be null
export const wrong: Dispatch<string> = redis.get("k");
// @ts-expect-error -- connections are shared
redis.select(1);
// @ts-expect-error -- there is no such option
client.redis("@cache", { timeOut: "1s" });
// @ts-expect-error -- credentials are one text or two
client.redis("127.0.0.1", 0, "password");

// All members of an alias.
export const all: MapDispatch<string | null> = client.redis.map("@cache", 2).get("k");
// @ts-expect-error -- a scan goes through one server
client.redis.map("@cache").scan();

// A plan has the types of its commands.
const planned = await redis.multi((tx) => [tx.incr("a"), tx.get("b"), tx.getBuffer("c")]);
export const answers: readonly [number | AquestsError, string | AquestsError | null, Buffer | AquestsError | null] | null = planned.data;
export const rows: Result<unknown[] | null> = await redis.multi([
  ["incr", "a"],
  ["hset", "h", { a: 1 }],
]);
export const piped: Result<[number, string]> = await redis.pipeline<[number, string]>([
  ["incr", "a"],
  ["get", "b"],
]);
// @ts-expect-error -- there is no such command in a plan either
redis.pipeline((call) => [call.gett("k")]);

for await (const key of redis.scan({ match: "user:*", count: 100 })) key.toUpperCase();
for await (const [field, value] of redis.hscan("h")) field.concat(value);
for await (const [member, score] of redis.zscan("z")) member.padEnd(score);
// @ts-expect-error -- only keys have types
redis.hscan("h", { type: "hash" });

export const backend: RedisDatabase = client.backend<"redis">("@cache");
