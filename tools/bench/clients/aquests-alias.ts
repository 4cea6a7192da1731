import { createClient } from "@skitai/aquests";
import { measured } from "./measured.ts";
import { expected, url } from "./target.ts";

const { host, pathname } = new URL(url);
const client = createClient({ connections: 50 }).alias("@hello", "http", host);

await measured(async () => {
  const rs = await client.get(`@hello${pathname}`);
  if (rs.text !== expected) throw rs.error ?? new Error(rs.text);
});
