import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describeWith } from "../../../tools/services/src/vitest.ts";
import { DB_PGSQL, DB_SQLITE3 } from "@skitai/reactor";
import { expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { openRelay } from "./support/relay.ts";
import { scratchPath } from "./support/scratch.ts";

/** A port where nobody listens. */
const deadPort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

test("backend hides the kind: one changed line of the alias", async () => {
  const client = clientOf({ aliases: { db: ["sqlite3", scratchPath("a.db")] } });
  await client.backend("@db").execute("CREATE TABLE t (x int)").wait();
  await client.backend.lb("@db").do("INSERT INTO t VALUES ($1)", [7]).wait();
  expect((await client.db("@db").execute("SELECT x FROM t WHERE x = $1", [7])).data).toEqual([{ x: 7 }]);
});

test("map asks every file of an alias", async () => {
  const client = clientOf({ aliases: { photos: ["sqlite3", [scratchPath("a.db"), scratchPath("b.db")]] } });
  await client.sqlite3.map("@photos").execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)").wait();
  const results = await client.backend.map("@photos").execute("SELECT x FROM t");
  expect(results.data).toEqual([[{ x: 1 }], [{ x: 1 }]]);
  expect((await client.sqlite3.map("@photos").do("UPDATE t SET x = 2")).data).toEqual([1, 1]);
});

test("a transaction holds its member until it is over", async () => {
  const client = clientOf({ aliases: { db: ["sqlite3", scratchPath("a.db")] } });
  const inFlight = (): number | undefined => client.upstreams.get("db")?.members[0]?.inFlight;
  const during = await client.backend("@db").transaction(async (tx) => {
    await tx.execute("SELECT 1");
    return inFlight();
  });
  expect([during, inFlight()]).toEqual([1, 0]);
});

test("a transaction whose function takes too long says nothing of its member", async () => {
  const client = clientOf({ aliases: { db: ["sqlite3", scratchPath("a.db")] } });
  const db = client.backend("@db");
  for (let i = 0; i < 6; i++) {
    const { promise: late, resolve: end } = Promise.withResolvers<void>();
    const work = db.transaction(() => late, { timeout: 20 });
    await expect(work).rejects.toMatchObject({ code: "SKITAI_AQUESTS_TIMEOUT" });
    end();
    await eventually(() => client.upstreams.get("db")?.members[0]?.inFlight === 0);
  }
  expect(client.upstreams.get("db")?.members[0]?.state).toBe("up");
});

test("who waits for a writer that a transaction holds is told so after busyTimeout, and says nothing of the member", async () => {
  const client = clientOf({ aliases: { db: ["sqlite3", scratchPath("a.db")] } });
  const db = client.backend("@db", { busyTimeout: 20 });
  await db.execute("CREATE TABLE t (x)").wait();
  await db.transaction(async (tx) => {
    await tx.do("INSERT INTO t VALUES (1)");
    const rs = await db.do("INSERT INTO t VALUES (2)");
    expect(rs).toMatchObject({ statusCode: 500, error: { code: "SKITAI_AQUESTS_DATABASE" } });
    expect(rs.error?.message).toContain("a transaction holds the writer");
    for (let i = 0; i < 6; i++) expect((await db.do("INSERT INTO t VALUES (3)", [], { timeout: 5 })).status).toBe(1);
  });
  expect((await db.execute("SELECT x FROM t")).data).toEqual([{ x: 1 }]);
  expect(client.upstreams.get("db")?.members[0]?.state).toBe("up");
});

test("rows hold their member until the loop is left", async () => {
  const client = clientOf({ aliases: { db: ["sqlite3", scratchPath("a.db")] } });
  const inFlight = (): number | undefined => client.upstreams.get("db")?.members[0]?.inFlight;
  for await (const _ of client.backend("@db").rows("SELECT 1 UNION SELECT 2")) {
    expect(inFlight()).toBe(1);
    break;
  }
  expect(inFlight()).toBe(0);
});

test("an alias of another kind, an unknown one and a server where an alias belongs are refused", () => {
  const client = clientOf({ aliases: { web: ["http", "127.0.0.1:1"], pg: ["postgresql", "127.0.0.1:1"], db: ["sqlite3", "x.db"] } });
  expect(() => client.postgresql("@db")).toThrow("@db stands for sqlite3 servers");
  expect(() => client.backend("@web")).toThrow("@web stands for http servers");
  expect(() => client.backend("@nothing")).toThrow("There is no alias @nothing");
  expect(() => client.postgresql.map("127.0.0.1:5432" as "@")).toThrow("name an alias");
  expect(() => client.postgresql("@pg", "name")).toThrow("only options may follow");
});

test("db opens what its type says", async () => {
  const client = clientOf();
  const db = client.db(scratchPath("a.db"), undefined, undefined, { dbtype: DB_SQLITE3 });
  expect((await db.execute("SELECT 1 AS x")).version).toBe("SQLite");
  expect(() => client.db("127.0.0.1", "d", undefined, { dbtype: "*oracle" })).toThrow("dbtype cannot be");
  expect(() => client.db("127.0.0.1", "d", undefined, {} as { dbtype: string })).toThrow("dbtype cannot be");
});

test("a target that is none shows no password", () => {
  const open = (): unknown => clientOf().postgresql("user:secret@127.0.0.1:port");
  expect(open).toThrow("user:***@127.0.0.1:port");
  expect(open).not.toThrow(/secret/);
});

describeWith("postgres", (service) => {
  const member = (port: number): string => `${service.user}:${encodeURIComponent(service.password)}@127.0.0.1:${port}/${service.database}`;

  test("db opens PostgreSQL", async () => {
    const db = clientOf().db(`${service.host}:${service.port}`, service.database, [service.user, service.password], {
      dbtype: `*${DB_PGSQL}`,
    });
    expect((await db.execute("SELECT 1 AS x")).version).toBe("PostgreSQL");
  });

  test("a member that cannot be reached is passed over, even by what writes: nothing was sent", async () => {
    const client = clientOf({ aliases: { db: ["postgresql", [member(await deadPort()), member(service.port)]] } });
    const results = await Promise.all(
      Array.from({ length: 10 }, () => client.postgresql("@db").do("CREATE TEMPORARY TABLE t (x int) ON COMMIT DROP")),
    );
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 3));
    expect(await client.postgresql("@db").transaction(async (tx) => (await tx.execute("SELECT 1 AS x")).data)).toEqual([{ x: 1 }]);
  });

  test("what the server refuses is no reason to ask another one", async () => {
    const client = clientOf({ aliases: { db: ["postgresql", [member(service.port)]] } });
    await client.postgresql("@db").execute("SELECT * FROM nowhere");
    expect((await client.postgresql("@db").execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
    expect(client.upstreams.get("db")?.members.map(({ state }) => state)).toEqual(["up"]);
  });

  test("a statement whose answer was lost is repeated elsewhere if it says that it may, and not otherwise", async () => {
    const relay = await openRelay(service.host, service.port);
    const client = clientOf({ aliases: { db: ["postgresql", [member(relay.port)]] } });
    const db = client.postgresql("@db");
    await db.execute("CREATE TABLE hits (x int)").wait();
    client.upstreams.get("db")?.add(member(service.port));
    const lost = async (idempotent: boolean): Promise<number> => {
      client.upstreams.get("db")?.switchOff(`127.0.0.1:${service.port}`);
      const call = client.postgresql("@db").execute("INSERT INTO hits VALUES (1) RETURNING pg_sleep(0.04)", [], { idempotent });
      client.upstreams.get("db")?.switchOn(`127.0.0.1:${service.port}`);
      setTimeout(relay.break, 20);
      return (await call).status;
    };
    expect([await lost(false), await lost(true)]).toEqual([2, 3]);
  });

  test("map asks every member", async () => {
    const client = clientOf({
      aliases: { dbs: ["postgresql", [member(service.port), member((await openRelay(service.host, service.port)).port)]] },
    });
    const results = await client.postgresql.map("@dbs", { filter: (rs) => void (rs.meta["seen"] === undefined) }).execute("SELECT 1 AS x");
    expect(results.data).toEqual([[{ x: 1 }], [{ x: 1 }]]);
  });
});
