import Database from "better-sqlite3";
import { watched } from "./loop-watch.ts";
import { check, count, insert, path, rows, table, values } from "./sqlite-work.ts";

const db = new Database(path);
db.pragma("journal_mode = WAL");
db.exec(table);

await watched(async () => {
  db.prepare(count).all();
  check(db.prepare(rows).all());
  const statement = db.prepare(insert.replaceAll(/\$\d/g, "?"));
  db.transaction(() => {
    for (const each of values) statement.run(...each);
  })();
});
