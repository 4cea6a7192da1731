import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { SqlDatabase } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { scratchPath } from "./support/scratch.ts";

const withCities = async (): Promise<SqlDatabase> => {
  const db = clientOf().sqlite3(scratchPath("cities.db"));
  await db
    .execute(
      "CREATE TABLE cities (id INTEGER PRIMARY KEY, name TEXT UNIQUE, t_high INT); INSERT INTO cities (name, t_high) VALUES ('Seoul', 31), ('Busan', 29)",
    )
    .wait();
  return db;
};

test("rows are plain objects by column name, with columns, count and command", async () => {
  const db = await withCities();
  const rs = await db.execute<{ name: string; t_high: number }>("SELECT name, t_high, t_high + 1 AS next FROM cities WHERE name = $1", [
    "Seoul",
  ]);
  expect(rs.data).toEqual([{ name: "Seoul", t_high: 31, next: 32 }]);
  expect([rs.status, rs.statusCode, rs.reason, rs.version, rs.method]).toEqual([3, 200, "OK", "SQLite", "execute"]);
  expect(rs.details).toEqual({
    columns: [
      { name: "name", type: "TEXT" },
      { name: "t_high", type: "INT" },
      { name: "next", type: null },
    ],
    rowCount: 1,
    command: "SELECT",
  });
});

test("do gives the number of rows that were changed", async () => {
  const db = await withCities();
  expect((await db.do("UPDATE cities SET t_high = t_high + 1")).data).toBe(2);
  expect((await db.do("INSERT INTO cities (name) VALUES ('Jeju')")).details).toMatchObject({
    rowCount: 1,
    command: "INSERT",
    lastInsertRowid: 3,
  });
});

test("a statement that writes and gives rows does both", async () => {
  const db = await withCities();
  const rs = await db.execute("WITH w AS (SELECT 1) UPDATE cities SET t_high = 0 RETURNING name");
  expect([rs.data, rs.details["rowCount"]]).toEqual([[{ name: "Seoul" }, { name: "Busan" }], 2]);
  const again = await db.execute("WITH w AS (SELECT 1) UPDATE cities SET t_high = 0 RETURNING name");
  expect(again.data).toHaveLength(2);
});

test.each([
  ["$1 in any order and twice", "SELECT $2 || $1 || $2 AS x, '$3' AS y -- $4", ["a", "b"], { x: "bab", y: "$3" }],
  ["? in order", 'SELECT ? || ? AS x, "a?b" AS y FROM (SELECT 2 AS "a?b")', ["a", "b"], { x: "ab", y: 2 }],
  ["?1 by number", "SELECT ?2 || ?1 AS x /* ? */", ["a", "b"], { x: "ba" }],
  ["$name, :name and @name", "SELECT $a || :b || @c || $a AS x", { a: "a", b: "b", c: "c" }, { x: "abca" }],
  ["none", "SELECT 1 AS x, '?' AS y, [z$1] FROM (SELECT 3 AS [z$1])", undefined, { x: 1, y: "?", z$1: 3 }],
])("values stand for %s", async (_, sql, params, row) => {
  expect((await clientOf().sqlite3(":memory:").execute(sql, params)).data).toEqual([row]);
});

test.each([
  ["too few values", "SELECT $1, $2", [1], "has 2 parameters and is given 1 values"],
  ["too many values", "SELECT $1", [1, 2], "has 1 parameters and is given 2 values"],
  ["numbered and anonymous", "SELECT $1, ?", [1, 2], "with a number and others without"],
  ["a missing name", "SELECT $a", { b: 1 }, "no value for $a"],
  ["an array for names", "SELECT $a", [1], "give their values in an object"],
  ["an object for numbers", "SELECT $1", { a: 1 }, "is given named values"],
  ["a function", "SELECT $1", [() => 1], "a function is no value"],
  ["a broken date", "SELECT $1", [new Date(Number.NaN)], "no valid date"],
])("%s is refused before anything is sent", async (_, sql, params, message) => {
  const rs = await clientOf().sqlite3(":memory:").execute(sql, params);
  expect([rs.status, rs.statusCode]).toEqual([2, 731]);
  expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST", message: expect.stringContaining(message) as string });
});

test.each(["'; DROP TABLE cities; --", '"; SELECT 1', "$1", "?", "' OR 1=1", "\u0000", "\u{1F600}"])(
  "a value comes back as it was: %j",
  async (value) => {
    const db = await withCities();
    expect((await db.execute("SELECT $1 AS x", [value])).data).toEqual([{ x: value }]);
    expect((await db.execute("SELECT * FROM cities WHERE name = $name", { name: value })).data).toEqual([]);
    expect((await db.execute("SELECT count(*) AS n FROM cities")).data).toEqual([{ n: 2 }]);
  },
);

test("values of all kinds travel both ways", async () => {
  const rs = await clientOf()
    .sqlite3(":memory:")
    .execute("SELECT $1 AS i, $2 AS f, $3 AS yes, $4 AS date, $5 AS bytes, $6 AS json, $7 AS none, $8 AS big", [
      1,
      1.5,
      true,
      new Date("2026-02-03T04:05:06.789Z"),
      Buffer.from([0, 1, 255]),
      { a: [1, "x"] },
      undefined,
      12n,
    ]);
  expect(rs.data).toEqual([
    { i: 1, f: 1.5, yes: 1, date: "2026-02-03T04:05:06.789Z", bytes: Buffer.from([0, 1, 255]), json: '{"a":[1,"x"]}', none: null, big: 12 },
  ]);
  expect(Buffer.isBuffer(rs.data[0]?.["bytes"])).toBe(true);
});

test("bigint: true gives integers whole", async () => {
  const db = clientOf().sqlite3(":memory:", { bigint: true });
  expect((await db.execute("SELECT $1 AS x, 1 AS y, 1.5 AS z", [9007199254740993n])).data).toEqual([
    { x: 9007199254740993n, y: 1n, z: 1.5 },
  ]);
});

test("a column named __proto__ is a column", async () => {
  const [row] = (await clientOf().sqlite3(":memory:").execute('SELECT 1 AS "__proto__", 2 AS x')).data;
  expect(Object.entries(row!)).toEqual([
    ["__proto__", 1],
    ["x", 2],
  ]);
});

test("what SQLite refuses is status 2 with 500 and the driver's error", async () => {
  const db = await withCities();
  const rs = await db.do("INSERT INTO cities (name) VALUES ('Seoul')");
  expect([rs.status, rs.statusCode, rs.reason]).toEqual([2, 500, "Error"]);
  expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_DATABASE", cause: { code: "SQLITE_CONSTRAINT_UNIQUE" } });
});

test("foreign keys hold", async () => {
  const db = clientOf().sqlite3(scratchPath("keys.db"));
  await db.execute("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a)").wait();
  expect((await db.do("INSERT INTO b VALUES (1)")).error?.cause).toMatchObject({ code: "SQLITE_CONSTRAINT_FOREIGNKEY" });
});

test("what was written is read by the next call", async () => {
  const db = await withCities();
  for (let n = 0; n < 20; n++) {
    await db.do("UPDATE cities SET t_high = $1", [n]).wait();
    expect((await db.execute("SELECT t_high FROM cities WHERE id = 1")).data).toEqual([{ t_high: n }]);
  }
});

test("a database in memory lives as long as its client", async () => {
  const client = clientOf();
  await client.sqlite3(":memory:").execute("CREATE TABLE t (x)").wait();
  await Promise.all(Array.from({ length: 10 }, (_, n) => client.sqlite3(":memory:").do("INSERT INTO t VALUES ($1)", [n]).wait()));
  expect((await client.sqlite3(":memory:").execute("SELECT count(*) AS n FROM t")).data).toEqual([{ n: 10 }]);
});

test("several statements are carried out in turn", async () => {
  const rs = await clientOf().sqlite3(":memory:").do("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2); DELETE FROM t WHERE x = 1");
  expect([rs.data, rs.status]).toEqual([3, 3]);
});

test("a statement that leaves a transaction open is undone and told of", async () => {
  const db = await withCities();
  expect((await db.execute("BEGIN")).error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST" });
  expect((await db.execute("BEGIN; DELETE FROM cities")).error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST" });
  expect((await db.execute("BEGIN; DELETE FROM cities; SELECT nothing FROM nowhere")).error).toMatchObject({
    code: "SKITAI_AQUESTS_DATABASE",
  });
  expect((await db.execute("SELECT count(*) AS n FROM cities")).data).toEqual([{ n: 2 }]);
});

test("a batch is carried out as a whole", async () => {
  const db = await withCities();
  const rs = await db.batch([["INSERT INTO cities (name) VALUES ($1) RETURNING name", ["Jeju"]], "DELETE FROM cities WHERE name = 'Jeju'"]);
  expect([rs.data, rs.details["rowCounts"]]).toEqual([
    [[{ name: "Jeju" }], []],
    [1, 1],
  ]);
});

test("a batch of which one statement fails leaves nothing", async () => {
  const db = await withCities();
  const rs = await db.batch(["DELETE FROM cities WHERE name = 'Seoul'", ["INSERT INTO cities (name) VALUES ($1)", ["Busan"]]]);
  expect(rs.error?.cause).toMatchObject({ code: "SQLITE_CONSTRAINT_UNIQUE" });
  expect((await db.execute("SELECT count(*) AS n FROM cities")).data).toEqual([{ n: 2 }]);
});

test("100,000 rows arrive whole", async () => {
  const rs = await clientOf()
    .sqlite3(":memory:")
    .execute<{ x: number; s: string }>(
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) SELECT x, 'row ' || x AS s FROM c",
    );
  expect([rs.data.length, rs.details["rowCount"], rs.data.at(-1)]).toEqual([100_000, 100_000, { x: 100_000, s: "row 100000" }]);
});

test("a missing directory is named", async () => {
  const path = scratchPath("nowhere/x.db");
  const rs = await clientOf().sqlite3(path).execute("SELECT 1");
  expect([rs.status, rs.statusCode]).toEqual([2, 714]);
  expect(rs.error?.message).toMatch(/the directory .*nowhere does not exist/);
});

test("a file that is no database is refused by SQLite's own error", async () => {
  const rs = await clientOf()
    .sqlite3(new URL(import.meta.url).pathname)
    .execute("SELECT * FROM sqlite_master");
  expect(rs.error?.cause).toMatchObject({ code: "SQLITE_NOTADB" });
});

test("readOnly neither makes nor changes a file", async () => {
  const path = scratchPath("there.db");
  const client = clientOf();
  expect((await client.sqlite3(path, { readOnly: true }).execute("SELECT 1")).statusCode).toBe(714);
  expect(existsSync(path)).toBe(false);
  new Database(path).exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)").close();
  expect((await client.sqlite3(path, { readOnly: true }).execute("SELECT x FROM t")).data).toEqual([{ x: 1 }]);
  expect((await client.sqlite3(path, { readOnly: true }).do("DELETE FROM t")).error?.cause).toMatchObject({ code: "SQLITE_READONLY" });
});

test("an unknown option is refused by name", () => {
  expect(() => clientOf().sqlite3(":memory:", { busytimeout: 3 } as object)).toThrow("Did you mean busyTimeout?");
});
