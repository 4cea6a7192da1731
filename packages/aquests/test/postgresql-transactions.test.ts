import { setTimeout as wait } from "node:timers/promises";
import { describeWith } from "../../../tools/services/src/vitest.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createClient, type Client, type SqlDatabase } from "../src/index.ts";
import { transactionCases } from "./support/transaction-cases.ts";

describeWith("postgres", (service) => {
  let client: Client;
  let db: SqlDatabase;

  beforeAll(async () => {
    client = createClient();
    db = client.postgresql(service.url, undefined, undefined, { poolSize: 2 });
    await db.execute("CREATE TABLE accounts (name text PRIMARY KEY, amount int CHECK (amount >= 0))").wait();
  });
  beforeEach(() => db.execute("TRUNCATE accounts; INSERT INTO accounts VALUES ('a', 10), ('b', 0)").wait());
  afterAll(() => client.close());

  transactionCases(() => db);

  test("a transaction of more than one statement stays on one connection", async () => {
    const pids = await db.transaction(async (tx) => {
      const ask = async (): Promise<unknown> => (await tx.execute("SELECT pg_backend_pid() AS pid")).data[0]?.["pid"];
      return [await ask(), await ask(), await ask()];
    });
    expect(new Set(pids).size).toBe(1);
  });

  test("isolation and reading only are what was asked for", async () => {
    const settings = await db.transaction(
      async (tx) => {
        const rs = await tx.execute(
          "SELECT current_setting('transaction_isolation') AS level, current_setting('transaction_read_only') AS only",
        );
        return rs.data;
      },
      { isolation: "serializable", readOnly: true },
    );
    expect(settings).toEqual([{ level: "serializable", only: "on" }]);
  });

  test("statements that are not waited for one by one keep their order", async () => {
    const last = await db.transaction(async (tx) => {
      const [, , rs] = await Promise.all([
        tx.do("UPDATE accounts SET amount = 1 WHERE name = 'a'"),
        tx.do("UPDATE accounts SET amount = amount * 5 WHERE name = 'a'"),
        tx.execute("SELECT amount FROM accounts WHERE name = 'a'"),
      ]);
      return rs.data;
    });
    expect(last).toEqual([{ amount: 5 }]);
  });

  test("a connection that is lost in the middle is told, and nothing stays", async () => {
    const work = db.transaction(async (tx) => {
      await tx.do("UPDATE accounts SET amount = 99");
      const { data } = await tx.execute<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await db.execute("SELECT pg_terminate_backend($1)", [data[0]?.pid]).wait();
      await wait(10);
      await tx.execute("SELECT 1");
    });
    await expect(work).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DISCONNECTED" });
    expect((await db.execute("SELECT amount FROM accounts ORDER BY name")).data).toEqual([{ amount: 10 }, { amount: 0 }]);
  });

  test("rows are read piece by piece, and the connection comes back", async () => {
    const one = client.postgresql(service.url, undefined, undefined, { poolSize: 1 });
    let sum = 0;
    for await (const { x } of one.rows<{ x: number }>("SELECT x FROM generate_series(1, $1::int) AS x", [2500], { batch: 1000 })) sum += x;
    expect(sum).toBe((2500 * 2501) / 2);
    expect((await one.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("leaving the loop gives the connection back", async () => {
    const one = client.postgresql(service.url, undefined, undefined, { poolSize: 1 });
    for await (const { x } of one.rows<{ x: number }>("SELECT x FROM generate_series(1, 1000000) AS x")) if (x === 3) break;
    expect((await one.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("rows that fail in the middle reject, after what came before", async () => {
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { x } of db.rows<{ x: number }>("SELECT 10 / (3 - x) AS x FROM generate_series(1, 5) AS x", [], { batch: 1 }))
        seen.push(x);
    })();
    await expect(reading).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DATABASE", cause: { code: "22012" } });
    expect(seen).toEqual([5, 10]);
  });

  test("an abort ends the reading", async () => {
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of db.rows("SELECT pg_sleep(0.001) FROM generate_series(1, 100000)", [], { batch: 10, signal: controller.signal }))
        controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: "SKITAI_AQUESTS_ABORTED" });
    expect((await db.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("a slow piece is a time-out, a slow reader is none", async () => {
    for await (const _ of db.rows("SELECT 1 FROM generate_series(1, 3)", [], { batch: 1, timeout: 40 })) await wait(50);
    const reading = (async () => {
      for await (const _ of db.rows("SELECT pg_sleep(30)", [], { timeout: 40 }));
    })();
    await expect(reading).rejects.toMatchObject({ code: "SKITAI_AQUESTS_TIMEOUT" });
  });
});
