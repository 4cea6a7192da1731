import { createClient } from "@skitai/aquests";
import { measured } from "./measured.ts";
import { expected, member, select } from "./pg-target.ts";

const client = createClient().alias("@db", "postgresql", member);

await measured(async () => {
  const rs = await client.postgresql("@db").execute<{ name: string }>(select, [7]);
  if (rs.data?.[0]?.name !== expected) throw rs.error ?? new Error(JSON.stringify(rs.data));
});
