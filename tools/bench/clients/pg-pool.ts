import { Pool } from "pg";
import { measured } from "./measured.ts";
import { expected, select, url } from "./pg-target.ts";

const pool = new Pool({ connectionString: url, max: 10 });

await measured(async () => {
  const { rows } = await pool.query<{ name: string }>(select, [7]);
  if (rows[0]?.name !== expected) throw new Error(JSON.stringify(rows));
});
