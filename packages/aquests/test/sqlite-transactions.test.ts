import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createClient, type Client, type SqlDatabase } from "../src/index.ts";
import { transactionCases } from "./support/transaction-cases.ts";

describe.each(["file", "memory"])("in a %s", (place) => {
  const directory = mkdtempSync(join(tmpdir(), "aquests-"));
  let client: Client;
  let db: SqlDatabase;

  beforeAll(async () => {
    client = createClient();
    db = client.sqlite3(place === "file" ? join(directory, "accounts.db") : ":memory:");
    await db.execute("CREATE TABLE accounts (name text PRIMARY KEY, amount int CHECK (amount >= 0))").wait();
  });
  beforeEach(() => db.execute("DELETE FROM accounts; INSERT INTO accounts VALUES ('a', 10), ('b', 0)").wait());
  afterAll(async () => {
    await client.close();
    rmSync(directory, { recursive: true, force: true });
  });

  // A database in memory has one connection, which may write.
  transactionCases(() => db);

  test("any isolation is what SQLite has: serializable", async () => {
    expect(await db.transaction(async () => 1, { isolation: "read committed" })).toBe(1);
    await expect(db.transaction(async () => 1, { isolation: "chaos" as "serializable" })).rejects.toThrow("no isolation");
  });
});
