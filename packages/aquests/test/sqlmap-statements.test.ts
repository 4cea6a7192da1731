import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sql as kyselySql } from "kysely";
import { expect, test } from "vitest";
import { describeWith } from "../../../tools/services/src/vitest.ts";
import { builder } from "../src/builder.ts";
import type { SqlDatabase, SqlMaps } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { scratchPath } from "./support/scratch.ts";

const mapsOf = (files: Readonly<Record<string, string>>): SqlMaps => {
  const directory = scratchPath("sqlmaps");
  mkdirSync(directory);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return clientOf().sql.from(directory);
};

const cities = `-- Statements about cities.

-- name: add
-- params: name: string, t_high: int?
INSERT INTO cities (name, t_high) VALUES ($name, $t_high);

-- name: warmest
-- params: limit: int = 10
-- The warmest first.
SELECT name, t_high FROM cities ORDER BY t_high DESC LIMIT $limit

-- name: named
SELECT name FROM cities WHERE name = $name AND '$other' <> '' -- $comment
`;

interface Tables {
  cities: { name: string; t_high: number | null };
}

/** What holds for both databases. */
const cases = (open: () => SqlDatabase): void => {
  test("named statements and built ones are carried out with their values beside the text", async () => {
    const db = open();
    const sql = mapsOf({ "cities.sql": cities });
    await db.execute("DROP TABLE IF EXISTS cities; CREATE TABLE cities (name text, t_high int)").wait();
    await db.batch([sql("cities.add", { name: "'; DROP TABLE cities; --", t_high: 31 }), sql("cities.add", { name: "Busan" })]).wait();
    expect((await db.execute(sql("cities.named", { name: "'; DROP TABLE cities; --" }))).data).toEqual([
      { name: "'; DROP TABLE cities; --" },
    ]);

    const build = builder<Tables>();
    await db.do(build.insertInto("cities").values({ name: "Seoul", t_high: 99 })).wait();
    const rs = await db.execute(build.selectFrom("cities").select(["name", "t_high"]).where("t_high", ">", 50));
    expect(rs.data.map(({ name }) => name.toUpperCase())).toEqual(["SEOUL"]);
    expect((await db.execute(sql("cities.warmest", { limit: 3 }))).data).toHaveLength(3);
    expect((await db.execute(sql("cities.warmest"))).data).toHaveLength(3);
    await db.transaction(async (tx) => {
      expect((await tx.execute(sql("cities.warmest"))).data).toHaveLength(3);
      expect(
        (
          await tx.execute(
            build
              .selectFrom("cities")
              .select(kyselySql<number>`1`.as("one"))
              .limit(1),
          )
        ).data,
      ).toEqual([{ one: 1 }]);
    });
  });
};

describeWith("postgres", (service) => cases(() => clientOf().postgresql(service.url)));
cases(() => clientOf().sqlite3(":memory:"));

test("SQLite's own dialect can be built too", async () => {
  const query = builder<Tables>("sqlite3")
    .selectFrom("sqlite_master" as "cities")
    .select("name")
    .where("name", "=", "x");
  expect(query.compile().sql).toContain("?");
  expect((await clientOf().sqlite3(":memory:").execute(query)).data).toEqual([]);
});

test.each([
  [{ sql: "SELECT ? AS x", bindings: [1] }],
  [{ sql: "SELECT $1 AS x", params: [1] }],
  [{ toSQL: () => ({ sql: "SELECT ? AS x", bindings: [1] }) }],
  [{ toSQL: () => ({ sql: "wrong", toNative: () => ({ sql: "SELECT $1 AS x", bindings: [1] }) }) }],
  [{ sql: "SELECT $x AS x", parameters: { x: 1 } }],
])("what other builders make is carried out: %j", async (query) => {
  expect((await clientOf().sqlite3(":memory:").execute(query)).data).toEqual([{ x: 1 }]);
});

test("values that come with the statement cannot be given once more", () => {
  expect(() =>
    clientOf()
      .sqlite3(":memory:")
      .execute({ sql: "SELECT $1", parameters: [1] }, [2]),
  ).toThrow("given others");
});

test.each([
  ["a name that is not there", "cities.nothing", {}, "There are: cities.add, cities.warmest, cities.named."],
  ["a path", "../cities.add", {}, "there is no statement"],
  ["a property of objects", "constructor", {}, "there is no statement"],
  ["a missing value", "cities.add", {}, "$name is missing"],
  ["a value of another type", "cities.add", { name: 1 }, "$name must be a text"],
  ["a number that is not whole", "cities.warmest", { limit: 1.5 }, "$limit must be a whole number"],
  ["a text for a number", "cities.warmest", { limit: "1; DROP TABLE cities" }, "$limit must be a whole number"],
  ["a parameter that is not declared", "cities.warmest", { limits: 1 }, "has no parameter limits: limit."],
])("%s is refused", (_, name, params, message) => {
  expect(() => mapsOf({ "cities.sql": cities })(name, params)).toThrow(message);
});

test.each([
  ["text before the first name", "SELECT 1", 'line 1: a statement needs a line "-- name: ..." before it.'],
  ["a name twice", "-- name: a\nSELECT 1\n-- name: a\nSELECT 2", "line 3: a is there twice."],
  ["a name that is none", "-- name: a b\nSELECT 1", 'line 1: "a b" is no name'],
  ["a name without a statement", "\n-- name: a\n-- nothing", "line 2: a: there is no statement."],
  ["a parameter that is not declared", "-- name: a\n-- params: x\nSELECT $x, $y", "line 1: a: $y is used and not declared."],
  ["a parameter that is not used", "-- name: a\n-- params: x, y\nSELECT $x", "line 1: a: y is declared and not used."],
  ["a type that is none", "-- name: a\n-- params: x: number\nSELECT $x", 'line 1: a: there is no type "number"'],
  ["a default that is none", "-- name: a\n-- params: x = abc\nSELECT $x", "line 1: a: the default abc is no value"],
  ["a list that is none", "-- name: a\n-- params: x y\nSELECT $x", "is no list of parameters"],
  ["numbers", "-- name: a\nSELECT $1", "line 1: a: parameters have names here"],
])("a file with %s is refused by name and line", (_, content, message) => {
  expect(() => mapsOf({ "bad.sql": content })).toThrow(message);
  expect(() => mapsOf({ "bad.sql": content })).toThrow("bad.sql is no sqlmap");
});

test("values of each type travel as they should", () => {
  const types = ["int", "float", "bool", "string", "date", "bytes", "json", "any"];
  const list = types.map((type, i) => `p${i}: ${type}`).join(", ");
  const sql = mapsOf({ "all.sql": `-- name: all\n-- params: ${list}\nSELECT ${types.map((_, i) => `$p${i}`).join(", ")}` });
  const date = new Date(0);
  const given = { p0: 1n, p1: 1.5, p2: true, p3: "x", p4: date, p5: Buffer.from("x"), p6: [1], p7: null };
  expect(sql("all.all", given).parameters).toEqual({ ...given, p6: "[1]" });
});

test("defaults may be texts with commas", () => {
  const sql = mapsOf({ "d.sql": '-- name: d\n-- params: a: string = "x, y: \\"z\\"", b: bool = false, c = null\nSELECT $a, $b, $c' });
  expect(sql("d.d").parameters).toEqual({ a: 'x, y: "z"', b: false, c: null });
});

test("a directory may be a URL, and is read once", () => {
  const directory = scratchPath("maps");
  mkdirSync(directory);
  writeFileSync(join(directory, "a.sql"), "-- name: a\nSELECT 1");
  const { sql } = clientOf();
  const maps = sql.from(pathToFileURL(directory));
  expect(maps("a.a").sql).toBe("SELECT 1");
  expect(sql.from(directory)).toBe(maps);
});

test("a directory that is not there is named", () => {
  expect(() => clientOf().sql("users.byId")).toThrow(/sqlmaps is no sqlmap: .*ENOENT/);
});
