import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { createClient, type SqlDatabase } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { scratchPath } from "./support/scratch.ts";

/** Counts so far in one step of SQLite's. */
const counting = (to: number): string =>
  `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ${to}) SELECT sum(x) AS s FROM c`;
const rows = (to: number): string =>
  `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ${to}) SELECT x, 'row ' || x AS s FROM c`;

const made = async (path: string): Promise<SqlDatabase> => {
  const db = clientOf().sqlite3(path, { poolSize: 2 });
  await db.execute("CREATE TABLE t (x)").wait();
  return db;
};

test("timers and other calls go on while SQLite is at work", async () => {
  const db = await made(scratchPath("busy.db"));
  const order: string[] = [];
  const slow = db.execute(counting(3_000_000)).then(() => order.push("slow"));
  await new Promise((resolve) => setTimeout(resolve, 1));
  order.push("timer");
  await db.do("INSERT INTO t VALUES (1)").wait();
  order.push("write");
  await slow;
  expect(order).toEqual(["timer", "write", "slow"]);
});

test("many rows do not hold the loop up for long", async () => {
  const db = await made(scratchPath("rows.db"));
  await db.execute(rows(50_000)).wait();
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  expect((await db.execute(rows(100_000))).data).toHaveLength(100_000);
  clearInterval(timer);
  // The rows arrive in a hundred pieces, and other things have their turn in between; in one piece there would be a handful of turns.
  expect(turns).toBeGreaterThan(30);
});

test("a statement that takes too long is given up, and others are carried out", async () => {
  const db = await made(scratchPath("late.db"));
  const rs = await db.execute(counting(20_000_000), [], { timeout: 60 });
  expect([rs.status, rs.statusCode]).toEqual([1, 730]);
  expect((await db.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  expect((await db.do("INSERT INTO t VALUES (1)")).data).toBe(1);
});

test("statements that were given up do not pile up threads without end", async () => {
  const db = await made(scratchPath("pile.db"));
  const late = await Promise.all(Array.from({ length: 6 }, () => db.execute(counting(4_000_000), [], { timeout: 40 })));
  expect(late.map(({ status }) => status)).toEqual([1, 1, 1, 1, 1, 1]);
  expect((await db.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
});

test("a call that gives up while it waits for the writer leaves the others in line", async () => {
  const db = await made(scratchPath("line.db"));
  const { promise: hold, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const holder = db.transaction(async () => {
    begin();
    await hold;
  });
  await begun;
  const late = await db.do("INSERT INTO t VALUES (1)", [], { timeout: 20 });
  const waiting = db.do("INSERT INTO t VALUES (2)");
  letGo();
  await holder;
  expect([late.status, (await waiting).data]).toEqual([1, 1]);
  expect((await db.execute("SELECT x FROM t")).data).toEqual([{ x: 2 }]);
});

test("who only reads does not wait for a transaction that writes, and does not see it", async () => {
  const db = await made(scratchPath("wal.db"));
  await db.transaction(async (tx) => {
    await tx.do("INSERT INTO t VALUES (1)");
    expect((await db.execute("SELECT count(*) AS n FROM t")).data).toEqual([{ n: 0 }]);
  });
  expect((await db.execute("SELECT count(*) AS n FROM t")).data).toEqual([{ n: 1 }]);
});

test("a lock of another program is waited for, as long as it may be", async () => {
  const path = scratchPath("locked.db");
  const db = clientOf().sqlite3(path, { busyTimeout: 30 });
  await db.execute("CREATE TABLE t (x)").wait();
  const other = new Database(path);
  other.exec("BEGIN IMMEDIATE");
  expect((await db.do("INSERT INTO t VALUES (1)")).error?.cause).toMatchObject({ code: "SQLITE_BUSY" });
  other.exec("COMMIT");
  other.close();
  expect((await db.do("INSERT INTO t VALUES (1)")).data).toBe(1);
});

test("closing the client closes the file, so that nothing is left beside it", async () => {
  const path = scratchPath("closed.db");
  const client = createClient();
  await client.sqlite3(path).execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)").wait();
  await client.sqlite3(path).execute("SELECT * FROM t").wait();
  expect(existsSync(`${path}-wal`)).toBe(true);
  await client.close();
  expect([existsSync(path), existsSync(`${path}-wal`)]).toEqual([true, false]);
});

test("closing the client fails what is under way and what waits", async () => {
  const client = createClient();
  const db = client.sqlite3(scratchPath("closing.db"), { poolSize: 1 });
  await db.execute("SELECT 1").wait();
  const calls = [db.execute(counting(4_000_000)), db.execute("SELECT 1")];
  await client.close();
  expect((await Promise.all(calls)).map(({ error }) => Reflect.get(error ?? {}, "code") as unknown)).toEqual([
    "SKITAI_AQUESTS_CLOSED",
    "SKITAI_AQUESTS_CLOSED",
  ]);
});

test("idle threads end, and new ones take their place", async () => {
  const path = scratchPath("idle.db");
  const db = clientOf().sqlite3(path, { idleTimeout: 15 });
  await db.execute("CREATE TABLE t (x)").wait();
  while (existsSync(`${path}-wal`)) await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await db.do("INSERT INTO t VALUES (1)")).data).toBe(1);
});

test("rows are read piece by piece, and the writer comes back", async () => {
  const db = clientOf().sqlite3(":memory:");
  let sum = 0;
  for await (const { x } of db.rows<{ x: number }>(rows(2500), [], { batch: 1000 })) sum += x;
  expect(sum).toBe((2500 * 2501) / 2);
  for await (const { x } of db.rows<{ x: number }>(rows(2500), [])) if (x === 3) break;
  expect((await db.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
});

test("rows that fail in the middle reject, after what came before", async () => {
  const seen: number[] = [];
  const reading = (async () => {
    const sql = "SELECT json(iif(x = 3, '{', x)) AS x FROM (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3)";
    for await (const { x } of clientOf().sqlite3(":memory:").rows<{ x: string }>(sql, [], { batch: 1 })) seen.push(Number(x));
  })();
  await expect(reading).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
  expect(seen).toEqual([1, 2]);
});
