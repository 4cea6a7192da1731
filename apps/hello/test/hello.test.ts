import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askHttp1, askHttp2 } from "../../../tools/checks/lib/answers.ts";
import { freePort, Program } from "../../../tools/checks/lib/program.ts";

let port: number;
let program: Program;

beforeAll(async () => {
  port = await freePort();
  const options = { nodeArguments: ["--conditions=skitai-source"], env: { PORT: String(port) } };
  program = new Program(process.execPath, "app.ts", join(import.meta.dirname, ".."), options);
  await program.ready(() => askHttp1(port, { path: "/" }));
});
afterAll(() => program.end());

test("the program of ten lines answers over HTTP/1.1 and HTTP/2", async () => {
  expect(await askHttp1(port, { path: "/" })).toEqual({ status: 200, body: "Hello World" });
  expect(await askHttp2(port, { path: "/" })).toEqual({ status: 200, body: "Hello World" });
});

test("it serves its files beside the app", async () => {
  expect(await askHttp1(port, { path: "/hello.txt" })).toEqual({ status: 200, body: "A file wins over an app.\n" });
});

test("it says where it listens, runs as a master and two workers, and ends on Ctrl-C", async () => {
  await expect.poll(() => program.count()).toBe(3);
  await expect.poll(() => program.printed).toContain(`http://127.0.0.1:${port}`);
  await program.interrupt(3_000);
  await expect(askHttp1(port, { path: "/" })).rejects.toThrow("ECONNREFUSED");
});
