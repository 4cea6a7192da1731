import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A database of the round's own. */
export const path: string = join(mkdtempSync(join(process.env["BENCH_SCRATCH"] ?? tmpdir(), "sqlite-")), "bench.db");

export const table = "CREATE TABLE IF NOT EXISTS bench (id INTEGER PRIMARY KEY, name TEXT, t_high INT)";

/** Work that SQLite takes long for: 20,000 rows in one transaction, a count to two millions, 100,000 rows to hand over. */
export const insert = "INSERT INTO bench (name, t_high) VALUES ($1, $2)";
export const values: readonly (readonly [string, number])[] = Array.from({ length: 20_000 }, (_, n) => [`city ${n}`, n] as const);
export const count = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000) SELECT sum(x) AS sum FROM c";
export const rows =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) SELECT x AS id, 'city ' || x AS name, x * 2 AS t_high FROM c";

export const check = (read: readonly unknown[] | undefined): void => {
  if (read?.length !== 100_000) throw new Error(`${read?.length} rows and not 100,000`);
};
