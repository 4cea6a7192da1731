import { randomBytes } from "node:crypto";
import { describeWith } from "@skitai-internal/services/vitest";
import { Binary, Long, ObjectId } from "mongodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient, type Client, type MongodbDatabase } from "../src/index.ts";

interface User {
  _id: ObjectId;
  name: string;
  age: number;
  city?: string;
}

describeWith("mongodb", (service) => {
  let client: Client;
  let db: MongodbDatabase;
  const address = (): string => `${service.host}:${service.port}`;

  beforeAll(async () => {
    client = createClient();
    db = client.mongodb(address(), service.database);
    await db
      .insert("users", [
        { name: "Ann", age: 30, city: "Seoul" },
        { name: "Bob", age: 40, city: "Seoul" },
        { name: "Cid", age: 50 },
      ])
      .wait();
  });
  afterAll(() => client.close());

  test("the first document of a filter is found, or null", async () => {
    const found = await db.findone<User>("users", { age: { $gt: 35 } }, { sort: { age: -1 } });
    expect([found.status, found.statusCode, found.reason, found.version, found.method, found.node]).toEqual([
      3,
      200,
      "OK",
      "MongoDB",
      "findone",
      address(),
    ]);
    expect(found.url).toBe(`mongodb://${address()}/${service.database}`);
    expect(found.data).toMatchObject({ name: "Cid", age: 50, _id: expect.any(ObjectId) });
    expect((await db.findone("users", { name: "Nobody" })).data).toBeNull();
  });

  test("all documents are found with their order, fields, offset and limit", async () => {
    const all = await db.findall<User>("users", {}, { sort: [["age", -1]], projection: { _id: 0, name: 1 } });
    expect(all.data).toEqual([{ name: "Cid" }, { name: "Bob" }, { name: "Ann" }]);
    const some = await db.findall<User>("users", {}, { sort: { age: 1 }, skip: 1, limit: 1 });
    expect(some.data.map(({ name }) => name)).toEqual(["Bob"]);
    expect((await db.findall("nothing")).data).toEqual([]);
  });

  test("documents are counted", async () => {
    expect((await db.count("users")).data).toBe(3);
    expect((await db.count("users", { city: "Seoul" })).data).toBe(2);
    expect((await db.count("users", {}, { limit: 2 })).data).toBe(2);
    expect((await db.count("nothing")).data).toBe(0);
  });

  test("documents are grouped by a pipeline", async () => {
    const rs = await db.aggregate<{ _id: string; n: number }>("users", [
      { $match: { city: { $exists: true } } },
      { $group: { _id: "$city", n: { $sum: 1 } } },
    ]);
    expect([rs.method, rs.data]).toEqual(["aggregate", [{ _id: "Seoul", n: 2 }]]);
  });

  test("inserted documents have ids, and the user's objects stay as they are", async () => {
    const own = { name: "own" };
    const one = await db.insert("inserted", own);
    expect(one.data).toEqual({ insertedCount: 1, insertedIds: [expect.any(ObjectId)] });
    expect(own).toEqual({ name: "own" });
    const two = await db.insert("inserted", [{ _id: 7 }, { x: 1 }]);
    expect(two.data).toEqual({ insertedCount: 2, insertedIds: [7, expect.any(ObjectId)] });
    expect((await db.findone("inserted", { _id: one.data.insertedIds[0] })).data).toMatchObject(own);
  });

  test("updates say what they matched, changed and made", async () => {
    await db.insert("up", [{ k: 1 }, { k: 1 }, { k: 2, n: 1 }]).wait();
    expect((await db.updateone("up", { k: 1 }, { $set: { n: 1 } })).data).toEqual({ matchedCount: 1, modifiedCount: 1, upsertedId: null });
    expect((await db.update("up", {}, { $set: { n: 1 } })).data).toEqual({ matchedCount: 3, modifiedCount: 1, upsertedId: null });
    expect((await db.upsertone("up", { k: 2 }, { $inc: { n: 1 } })).data).toEqual({ matchedCount: 1, modifiedCount: 1, upsertedId: null });
    expect((await db.upsert("up", { k: 9 }, { $set: { n: 9 } })).data).toEqual({
      matchedCount: 0,
      modifiedCount: 0,
      upsertedId: expect.any(ObjectId),
    });
    expect((await db.findone("up", { k: 9 })).data).toMatchObject({ n: 9 });
  });

  test("deletions say how many", async () => {
    await db.insert("down", [{ k: 1 }, { k: 1 }, { k: 1 }]).wait();
    expect((await db.deleteone("down", { k: 1 })).data).toEqual({ deletedCount: 1 });
    expect((await db.delete("down", { k: 1 })).data).toEqual({ deletedCount: 2 });
    expect((await db.delete("down", {})).data).toEqual({ deletedCount: 0 });
  });

  test("times, ids, bytes and large numbers come as the driver gives them", async () => {
    const [when, bytes] = [new Date("2020-02-02T02:02:02.002Z"), randomBytes(100)];
    await db.insert("types", { _id: 1, when, bytes, long: Long.fromString("9007199254740993"), nothing: null, list: [1, "a"] }).wait();
    const { data } = await db.findone("types", { when });
    expect(data).toMatchObject({ when, long: Long.fromString("9007199254740993"), nothing: null, list: [1, "a"] });
    expect(Buffer.from((data!["bytes"] as Binary).buffer)).toEqual(bytes);
    const big = client.mongodb(address(), service.database, undefined, { bigint: true });
    expect((await big.findone("types", { _id: 1 })).data?.["long"]).toBe(9007199254740993n);
    expect((await big.count("types")).data).toBe(1);
  });

  test("a document of many megabytes goes and comes, and one that is too large is refused", async () => {
    const text = "x".repeat(10 << 20);
    await db
      .insert("large", [
        { _id: 1, text },
        { _id: 2, text },
      ])
      .wait();
    expect((await db.findone<{ text: string }>("large", { _id: 2 })).data?.text === text).toBe(true);
    const rs = await db.insert("large", { text: text + text });
    expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST", message: expect.stringMatching(/document 0 has 2\d+ bytes/) });
    await db.delete("large", {}).wait();
  });

  test("what the server refuses is a failure with its words and its code", async () => {
    await db.insert("unique", { _id: 1 }).wait();
    const rs = await db.insert("unique", [{ _id: 2 }, { _id: 1 }, { _id: 3 }]);
    expect([rs.status, rs.statusCode, rs.reason, rs.data]).toEqual([2, 500, "Error", null]);
    expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_DATABASE", message: expect.stringMatching(/duplicate key/) });
    expect(rs.error?.cause).toMatchObject({ code: 11000, index: 1, n: 1 });
    expect((await db.count("unique")).data).toBe(2);
    const loose = await db.insert("unique", [{ _id: 2 }, { _id: 4 }], { ordered: false });
    expect(loose.error?.cause).toMatchObject({ code: 11000, index: 0, n: 1 });
    expect((await db.findall("users", { age: { $nope: 1 } })).error?.cause).toMatchObject({ code: 2 });
  });

  test("any command may be sent", async () => {
    expect((await db.command({ ping: 1 })).data).toMatchObject({ ok: 1 });
    expect((await db.command({ nosuch: 1 })).error?.cause).toMatchObject({ code: 59 });
  });

  test("find gives the first documents, and getMore the next ones", async () => {
    await db
      .insert(
        "pages",
        Array.from({ length: 10 }, (_, n) => ({ n })),
      )
      .wait();
    const first = await db.find<{ n: number }>("pages", {}, { sort: { n: 1 }, batchSize: 4 });
    expect(first.data.map(({ n }) => n)).toEqual([0, 1, 2, 3]);
    expect(first.details).toEqual({ cursorId: expect.stringContaining(address()), numberReturned: 4, startingFrom: 0 });
    const second = await db.getMore<{ n: number }>(first.details["cursorId"] as string, 4);
    expect(second.data.map(({ n }) => n)).toEqual([4, 5, 6, 7]);
    expect(second.details).toMatchObject({ numberReturned: 4, startingFrom: 4 });
    const third = await db.getMore<{ n: number }>(second.details["cursorId"] as string);
    expect([third.data.map(({ n }) => n), third.details["cursorId"]]).toEqual([[8, 9], null]);
    const over = await db.getMore(first.details["cursorId"] as string);
    expect(over.error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST", message: expect.stringMatching(/no such cursor/) });
  });

  test("a cursor can be killed", async () => {
    await db
      .insert(
        "killed",
        Array.from({ length: 10 }, (_, n) => ({ n })),
      )
      .wait();
    const { details } = await db.find("killed", {}, { batchSize: 2 });
    const cursorId = details["cursorId"] as string;
    expect((await db.killCursors(cursorId)).data).toBe(1);
    expect((await db.killCursors(cursorId)).data).toBe(0);
    expect((await db.getMore(cursorId)).status).toBe(2);
    expect(() => db.getMore("127.0.0.1:1/12")).toThrow(/asked where it was opened/);
    expect(() => db.getMore("x")).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_REQUEST" }));
  });

  test("a cursor that nobody asks is closed after a while", async () => {
    await db
      .insert(
        "forgotten",
        Array.from({ length: 10 }, (_, n) => ({ n })),
      )
      .wait();
    const hasty = client.mongodb(address(), service.database, undefined, { cursorTimeout: 20 });
    const { details } = await hasty.find("forgotten", {}, { batchSize: 2 });
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 40);
    await promise;
    expect((await hasty.getMore(details["cursorId"] as string)).status).toBe(2);
  });

  test("a loop over documents may be left, and its cursor is closed", async () => {
    await db
      .insert(
        "left",
        Array.from({ length: 500 }, (_, n) => ({ n })),
      )
      .wait();
    const seen: number[] = [];
    for await (const { n } of db.documents<{ n: number }>("left", {}, { sort: { n: 1 }, batchSize: 10 })) if (seen.push(n) === 25) break;
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => n));
    const all: number[] = [];
    for await (const { n } of db.documents<{ n: number }>("left", [{ $match: { n: { $lt: 300 } } }, { $sort: { n: 1 } }])) all.push(n);
    expect(all).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  test("a loop over what cannot be asked rejects", async () => {
    await expect(db.documents("users", { age: { $nope: 1 } }).next()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
    await expect(db.documents("users", {}, { limitt: 1 } as never).next()).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_OPTION" });
  });

  test("an answer that was kept is given again, where the question is the same", async () => {
    const [id, other] = [new ObjectId(), new ObjectId()];
    await db
      .insert("kept", [
        { _id: id, n: 1 },
        { _id: other, n: 1 },
      ])
      .wait();
    (await db.findone("kept", { _id: id })).cache(60);
    await db.update("kept", {}, { $set: { n: 2 } }).wait();
    expect((await db.findone("kept", { _id: id })).data).toMatchObject({ n: 1 });
    expect((await db.findone("kept", { _id: other })).data).toMatchObject({ n: 2 });
    expect((await db.findone("kept", { _id: id.toHexString() })).data).toBeNull();
    (await db.findall("users", { name: /^A/ })).cache(60);
    expect((await db.findall("users", { name: /^A/ })).cached).toBe(true);
    expect((await db.findall("users", { name: /^B/ })).cached).toBe(false);
  });

  test("an alias comes with its database, or is given one", async () => {
    client.alias("@m", "mongodb", `${address()}/${service.database}`).alias("@bare", "mongodb", address());
    expect((await client.mongodb("@m").count("users")).data).toBe(3);
    expect((await client.mongodb("@bare", service.database).count("users")).data).toBe(3);
    expect((await client.mongodb.lb("@bare", service.database, { timeout: 1000 }).count("users")).data).toBe(3);
    expect((await client.mongodb("@m", `${service.database}_none`).count("users")).data).toBe(0);
    expect((await client.backend<"mongodb">("@m").count("users")).data).toBe(3);
    expect((await client.mongodb("@bare").count("users")).error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_TARGET" });
    expect((await client.mongodb.map("@m").count("users")).data).toEqual([3]);
  });

  test("a filter that would match more than was meant is refused", () => {
    expect(() => db.delete("users", { id: undefined })).toThrow(/the filter\.id is undefined/);
    expect(() => db.delete("users", { $or: [{ a: { $in: [undefined] } }] })).toThrow(/undefined/);
    expect(() => db.delete("users", undefined as never)).toThrow(/plain object/);
    expect(() => db.findone("users", "Ann" as never)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_REQUEST" }));
    expect(() => db.findone({ $gt: "" } as never)).toThrow(/collection/);
  });

  test("a change that would replace the document is refused", () => {
    expect(() => db.updateone("users", {}, { name: "Eve" } as never)).toThrow(/operators/);
    expect(() => db.update("users", {}, {})).toThrow(/operators/);
    expect(() => db.updateone("users", {}, { $set: { a: undefined } })).toThrow(/the change\.\$set\.a/);
  });
});

test("what names no server and no database is refused at once", async () => {
  await using client = createClient({ aliases: { "@web": ["http", "127.0.0.1:1"] } });
  expect(() => client.mongodb("127.0.0.1:27017")).toThrow(/name its database/);
  expect(() => client.mongodb("127.0.0.1", "a b")).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  expect(() => client.mongodb("mongodb://user:secret@host:x/db")).not.toThrow(/secret/);
  expect(() => client.mongodb("127.0.0.1/db?w=1")).toThrow(/options are an object/);
  expect(() => client.mongodb("@web")).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_ALIAS_KIND" }));
  expect(() => client.mongodb("127.0.0.1", "db", undefined, { pool: 1 } as never)).toThrow(
    expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }),
  );
});
