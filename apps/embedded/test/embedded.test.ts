import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { askHttp1 } from "../../../tools/checks/lib/answers.ts";
import { freePort, Program } from "../../../tools/checks/lib/program.ts";

const hosts = [
  { file: "in-http.ts", prefix: "", root: "Hello from Saddle" },
  { file: "in-express.ts", prefix: "/saddle", root: "Hello from Express" },
  { file: "in-fastify.ts", prefix: "/saddle", root: "Hello from Fastify" },
];

let port: number;
let program: Program;

const start = async (file: string): Promise<void> => {
  port = await freePort();
  const options = { nodeArguments: ["--conditions=skitai-source"], env: { PORT: String(port) } };
  program = new Program(process.execPath, file, join(import.meta.dirname, ".."), options);
  await program.ready(() => askHttp1(port, { path: "/" }));
};
afterEach(() => program.end());

test.each(hosts)("$file: Saddle answers inside of it, and knows below which path", async ({ file, prefix }) => {
  await start(file);
  expect(await askHttp1(port, { path: `${prefix}/` })).toEqual({ status: 200, body: "Hello from Saddle" });
  expect(await askHttp1(port, { path: `${prefix}/double/21` })).toEqual({ status: 200, body: '{"double":42}' });
  expect(await askHttp1(port, { path: `${prefix}/echo`, method: "POST", json: { a: 1 } })).toEqual({ status: 200, body: '{"a":1}' });
  expect(await askHttp1(port, { path: `${prefix}/where` })).toEqual({ status: 200, body: `${prefix}/where` });
  expect((await askHttp1(port, { path: `${prefix}/nowhere` })).status).toBe(404);
});

test.each(hosts)("$file: what is not below that path is the server's own", async ({ file, root }) => {
  await start(file);
  expect(await askHttp1(port, { path: "/" })).toEqual({ status: 200, body: root });
});

test("what Saddle has no route for goes on to Express", async () => {
  await start("in-express.ts");
  expect(await askHttp1(port, { path: "/saddle/later" })).toEqual({ status: 200, body: "Express comes after Saddle" });
});
