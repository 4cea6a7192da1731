import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { acquire, type PostgresAddress } from "../src/index.ts";
import { Keeper } from "../src/keeper.ts";
import { packagedPostgres, postgres } from "../src/postgres.ts";
import { describeWith } from "../src/vitest.ts";

const rowsOf = async (url: string, text: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

describeWith("postgres", (service) => {
  test("answers at its URL", async () => {
    expect(await rowsOf(service.url, "SELECT current_database() AS name")).toEqual([{ name: service.database }]);
  });

  test("refuses a wrong password", async () => {
    await expect(rowsOf(service.url.replace("p%40ss", "wrong"), "SELECT 1")).rejects.toThrow("password authentication failed");
  });

  test("each user has a database of its own, gone after stop", async () => {
    const other = await acquire("postgres");
    expect([other.port, other.database === service.database]).toEqual([service.port, false]);
    await rowsOf(other.url, "CREATE TABLE t (x int)");
    await other.stop();
    await expect(rowsOf(other.url, "SELECT 1")).rejects.toThrow("does not exist");
  });

  test("an own server is silent while paused, and gone after stop", async () => {
    const own = await acquire("postgres", { own: true });
    expect(own.port).not.toBe(service.port);
    await own.pause();
    const waiting = rowsOf(own.url, "SELECT 1 AS x");
    let answered = false;
    void waiting.then(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    await own.resume();
    expect(await waiting).toEqual([{ x: 1 }]);
    await own.stop();
    await expect(rowsOf(own.url, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
  });

  test("a shared server cannot be paused", async () => {
    await expect(service.pause()).rejects.toThrow("own: true");
  });
});

test("the programs of the npm package serve where the system has none", async () => {
  const keeper = new Keeper({ postgres: { ...postgres, find: packagedPostgres } });
  onTestFinished(() => keeper.close());
  const { url } = (await keeper.acquire("postgres", {})).address as PostgresAddress;
  expect(await rowsOf(url, "SELECT version() LIKE 'PostgreSQL 18%' AS packaged")).toEqual([{ packaged: true }]);
});
