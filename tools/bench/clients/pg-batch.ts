import { createClient } from "@skitai/aquests";
import { measured } from "./measured.ts";
import { insert, member, table } from "./pg-target.ts";

const client = createClient().alias("@db", "postgresql", member);
const db = client.postgresql("@db");
await db.execute(table).wait();

await measured(() => db.batch([1, 2, 3, 4, 5].map((id) => [insert, [id, "city"]] as const)).wait());
