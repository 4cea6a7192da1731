import { Agent } from "node:http";
import got from "got";
import { measured } from "./measured.ts";
import { expected, url } from "./target.ts";

const agent = { http: new Agent({ keepAlive: true, maxSockets: 50 }) };

await measured(async () => {
  const { body } = await got(url, { agent });
  if (body !== expected) throw new Error(body);
});
