import { describeWith } from "../../../tools/services/src/vitest.ts";
import { beforeAll, expect, test } from "vitest";
import { createClient, type Client, type SqlDatabase } from "../src/index.ts";

describeWith("postgres", (service) => {
  let client: Client;
  let db: SqlDatabase;

  beforeAll(async () => {
    client = createClient();
    db = client.postgresql(`${service.host}:${service.port}`, service.database, [service.user, service.password]);
    await db.execute("CREATE TABLE cities (id serial PRIMARY KEY, name text UNIQUE, t_high int)").wait();
    await db.execute("INSERT INTO cities (name, t_high) VALUES ('Seoul', 31), ('Busan', 29)").wait();
    return () => client.close();
  });

  test("rows are plain objects by column name", async () => {
    const rs = await db.execute<{ name: string; t_high: number }>("SELECT name, t_high FROM cities WHERE name = $1", ["Seoul"]);
    expect(rs.data).toEqual([{ name: "Seoul", t_high: 31 }]);
    expect([rs.status, rs.statusCode, rs.reason, rs.version, rs.method]).toEqual([3, 200, "OK", "PostgreSQL", "execute"]);
  });

  test("details tell columns, count and command", async () => {
    const { details } = await db.execute("SELECT name, t_high FROM cities ORDER BY id");
    expect(details).toEqual({
      columns: [
        { name: "name", type: 25 },
        { name: "t_high", type: 23 },
      ],
      rowCount: 2,
      command: "SELECT",
    });
  });

  test("a result names its server and database, and no password", async () => {
    const rs = await db.execute("SELECT 1");
    expect([rs.node, rs.url]).toEqual([
      `${service.host}:${service.port}`,
      `postgresql://${service.host}:${service.port}/${service.database}`,
    ]);
    expect(JSON.stringify(rs)).not.toContain(service.password);
  });

  test("a URL names server, user and database at once", async () => {
    expect((await client.postgresql(service.url).execute("SELECT current_database() AS name")).data).toEqual([{ name: service.database }]);
  });

  test("do gives the number of rows that were changed", async () => {
    const rs = await db.do("UPDATE cities SET t_high = t_high");
    expect([rs.data, rs.details["command"]]).toEqual([2, "UPDATE"]);
  });

  test("named values stand for $name, and one of them may be used twice", async () => {
    const rs = await db.execute("SELECT $a::text || $b || $a AS x, '$a' AS y, $tag$ $b $tag$ AS z -- $c", { a: "1", b: "2" });
    expect(rs.data).toEqual([{ x: "121", y: "$a", z: " $b " }]);
  });

  test("a name without a value is refused before anything is sent", async () => {
    const rs = await db.execute("SELECT $a::text", { b: 1 });
    expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST", message: expect.stringContaining("no value for $a") as string });
  });

  test.each(["'; DROP TABLE cities; --", "\\'; SELECT 1; --", "$1", "\u0027 OR 1=1", 'a"b', "${x}", "\u{1F600}"])(
    "a value comes back as it was: %s",
    async (value) => {
      expect((await db.execute("SELECT $1::text AS x, $2::text AS y", [value, value])).data).toEqual([{ x: value, y: value }]);
    },
  );

  test("values of all kinds travel both ways", async () => {
    const date = new Date("2026-02-03T04:05:06.789Z");
    const rs = await db.execute(
      "SELECT $1::int8 AS big, $2::timestamptz AS date, $3::bytea AS bytes, $4::jsonb AS json, $5::int[] AS list, $6::bool AS yes, $7::text AS none",
      [9007199254740993n, date, Buffer.from([0, 1, 255]), { a: [1, "x"] }, [1, 2], true, null],
    );
    expect(rs.data).toEqual([
      { big: "9007199254740993", date, bytes: Buffer.from([0, 1, 255]), json: { a: [1, "x"] }, list: [1, 2], yes: true, none: null },
    ]);
  });

  test("bigint: true gives int8 as bigint", async () => {
    const other = client.postgresql(service.url, undefined, undefined, { bigint: true });
    expect((await other.execute("SELECT 9007199254740993 AS x, ARRAY[1, NULL]::int8[] AS y, 1 AS z")).data).toEqual([
      { x: 9007199254740993n, y: [1n, null], z: 1 },
    ]);
  });

  test("a value that cannot be written is no fault of the server, and the pool goes on", async () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const one = client.postgresql(service.url, undefined, undefined, { poolSize: 1 });
    expect((await one.execute("SELECT $1::jsonb", [circular])).error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST" });
    expect((await one.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("what the server refuses is status 2 with 500 and the driver's error", async () => {
    const rs = await db.execute("SELECT * FROM nowhere");
    expect([rs.status, rs.statusCode, rs.reason]).toEqual([2, 500, "Error"]);
    expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_DATABASE", cause: { code: "42P01" } });
  });

  test("a broken constraint says which", async () => {
    const rs = await db.do("INSERT INTO cities (name) VALUES ($1)", ["Seoul"]);
    expect(rs.error?.cause).toMatchObject({ code: "23505", constraint: "cities_name_key" });
  });

  test("several statements are carried out in turn and give the rows of the last", async () => {
    const rs = await db.execute("UPDATE cities SET t_high = 31 WHERE name = 'Seoul'; SELECT 7 AS x");
    expect([rs.data, rs.details["rowCount"]]).toEqual([[{ x: 7 }], 2]);
  });

  test("a statement that leaves a transaction open is undone and told of", async () => {
    const one = client.postgresql(service.url, undefined, undefined, { poolSize: 1 });
    expect((await one.execute("BEGIN; DELETE FROM cities")).error).toMatchObject({ code: "SKITAI_AQUESTS_BAD_REQUEST" });
    expect((await one.execute("SELECT count(*)::int AS n FROM cities")).data).toEqual([{ n: 2 }]);
  });

  test("a transaction that a failing script began is not left to the next user", async () => {
    const one = client.postgresql(service.url, undefined, undefined, { poolSize: 1 });
    expect((await one.execute("BEGIN; SELECT 1/0")).status).toBe(2);
    expect((await one.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("a batch is carried out as a whole", async () => {
    const rs = await db.batch([
      ["INSERT INTO cities (name) VALUES ($1) RETURNING name", ["Jeju"]],
      "DELETE FROM cities WHERE name = 'Jeju'",
    ]);
    expect([rs.data, rs.details["rowCounts"]]).toEqual([
      [[{ name: "Jeju" }], []],
      [1, 1],
    ]);
  });

  test("a batch of which one statement fails leaves nothing", async () => {
    const rs = await db.batch([["INSERT INTO cities (name) VALUES ($1)", ["Ulsan"]], "SELECT 1/0"]);
    expect(rs.error?.cause).toMatchObject({ code: "22012" });
    expect((await db.execute("SELECT 1 FROM cities WHERE name = 'Ulsan'")).data).toEqual([]);
  });

  test("prepared statements survive a change of their table", async () => {
    const one = client.postgresql(service.url, undefined, undefined, { poolSize: 1, prepare: true });
    await one.execute("CREATE TABLE shapes (a int)").wait();
    const ask = () => one.execute("SELECT * FROM shapes WHERE $1 = 1", [1]);
    expect((await ask()).data).toEqual([]);
    expect((await one.execute("SELECT count(*)::int AS n FROM pg_prepared_statements")).data).toEqual([{ n: 1 }]);
    await one.execute("ALTER TABLE shapes ADD COLUMN b int").wait();
    expect((await ask()).details["columns"]).toHaveLength(2);
  });

  test("rows that are kept for one question are not given to another", async () => {
    const kept = await db.execute("SELECT random() AS x, $1::int AS y", [1]);
    kept.cache(60);
    expect((await db.execute("SELECT random() AS x, $1::int AS y", [1])).data).toEqual(kept.data);
    expect((await db.execute("SELECT random() AS x, $1::int AS y", [2])).cached).toBe(false);
    expect(
      (await client.postgresql(service.url, undefined, undefined, { bigint: true }).execute("SELECT random() AS x, $1::int AS y", [1]))
        .cached,
    ).toBe(false);
  });

  test("an unknown option is refused by name", () => {
    expect(() => client.postgresql("h:1", "d", ["u", "p"], { poolsize: 3 } as object)).toThrow("Did you mean poolSize?");
    expect(() => db.execute("SELECT 1", [], { timeot: 1 } as object)).toThrow("Did you mean timeout?");
  });

  test("what is no statement is refused at once", () => {
    expect(() => db.execute("")).toThrow("there is no statement");
    expect(() => db.execute("SELECT $1", "text" as never)).toThrow("values are an array");
  });
});
