import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askHttp1 } from "../../../tools/checks/lib/answers.ts";
import { freePort, Program } from "../../../tools/checks/lib/program.ts";

let port: number;
let program: Program;

beforeAll(async () => {
  port = await freePort();
  const options = { nodeArguments: ["--conditions=skitai-source"], env: { PORT: String(port) } };
  program = new Program(process.execPath, "client.ts", join(import.meta.dirname, ".."), options);
  await program.ready(() => askHttp1(port, { path: "/users" }));
});
afterAll(() => program.end());

test("the client works in a server that knows nothing of the engine", async () => {
  expect(await askHttp1(port, { path: "/" })).toEqual({ status: 200, body: '{"asked":["/users?id=1","/photos"],"members":[200,200]}' });
});
