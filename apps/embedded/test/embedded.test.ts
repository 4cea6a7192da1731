import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askHttp1 } from "../../../tools/checks/lib/answers.ts";
import { freePort, Program } from "../../../tools/checks/lib/program.ts";

const hosts = [
  { file: "in-http.ts", prefix: "", own: undefined },
  { file: "in-express.ts", prefix: "/saddle", own: "Hello from Express" },
  { file: "in-fastify.ts", prefix: "/saddle", own: "Hello from Fastify" },
];

describe.each(hosts)("$file", ({ file, prefix, own }) => {
  let port: number;
  let program: Program;

  beforeEach(async () => {
    port = await freePort();
    const options = { nodeArguments: ["--conditions=skitai-source"], env: { PORT: String(port) } };
    program = new Program(process.execPath, file, join(import.meta.dirname, ".."), options);
    await program.ready(() => askHttp1(port, { path: "/" }));
  });
  afterEach(() => program.kill());

  test("Saddle answers inside of it, and knows below which path", async () => {
    expect(await askHttp1(port, { path: `${prefix}/` })).toEqual({ status: 200, body: "Hello from Saddle" });
    expect(await askHttp1(port, { path: `${prefix}/double/21` })).toEqual({ status: 200, body: '{"double":42}' });
    expect(await askHttp1(port, { path: `${prefix}/echo`, method: "POST", json: { a: 1 } })).toEqual({ status: 200, body: '{"a":1}' });
    expect(await askHttp1(port, { path: `${prefix}/where` })).toEqual({ status: 200, body: `${prefix}/where` });
    expect((await askHttp1(port, { path: `${prefix}/nowhere` })).status).toBe(404);
  });

  test.skipIf(own === undefined)("the server keeps its own routes", async () => {
    expect(await askHttp1(port, { path: "/" })).toEqual({ status: 200, body: own });
  });

  test.runIf(file === "in-express.ts")("what Saddle has no route for goes on to the server", async () => {
    expect(await askHttp1(port, { path: "/saddle/later" })).toEqual({ status: 200, body: "Express comes after Saddle" });
  });
});
