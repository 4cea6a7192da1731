import { createClient } from "@skitai/aquests";
import { measured } from "./measured.ts";
import { expected, url } from "./target.ts";

const client = createClient({ connections: 50 });

await measured(async () => {
  const rs = await client.get(url);
  if (rs.text !== expected) throw rs.error ?? new Error(rs.text);
});
