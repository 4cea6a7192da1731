import { createClient } from "@skitai/aquests";
import { watched } from "./loop-watch.ts";
import { check, count, insert, path, rows, table, values } from "./sqlite-work.ts";

const client = createClient({ timeout: 0 }).alias("@db", "sqlite3", path);
const db = client.backend("@db");
await db.execute(table).wait();

await watched(async () => {
  const reading = [db.execute(count), db.execute(rows)];
  await db.transaction(async (tx) => {
    for (const each of values) await tx.do(insert, each);
  });
  await reading[0]?.wait();
  check((await reading[1])?.data);
});
