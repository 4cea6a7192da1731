import { Pool } from "pg";
import { measured } from "./measured.ts";
import { insert, table, url } from "./pg-target.ts";

const pool = new Pool({ connectionString: url, max: 10 });
await pool.query(table);

await measured(async () => {
  const connection = await pool.connect();
  await connection.query("BEGIN");
  for (const id of [1, 2, 3, 4, 5]) await connection.query(insert, [id, "city"]);
  await connection.query("COMMIT");
  connection.release();
});
