import { Agent, request } from "undici";
import { measured } from "./measured.ts";
import { expected, url } from "./target.ts";

const dispatcher = new Agent({ connections: 50 });

await measured(async () => {
  const { body } = await request(url, { dispatcher });
  const text = await body.text();
  if (text !== expected) throw new Error(text);
});
