import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort, Program } from "../../../tools/checks/lib/program.ts";

let port: number;
let program: Program;

/** Asks for a path under the name of a host; the connection goes to the program all the same. */
const ask = (path: string, host = `127.0.0.1:${port}`): Promise<{ status: number | undefined; body: string }> =>
  new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, headers: { host }, agent: false }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    });
    call.on("error", reject).end();
  });

beforeAll(async () => {
  port = await freePort();
  const options = { nodeArguments: ["--conditions=skitai-source"], env: { PORT: String(port) } };
  program = new Program(process.execPath, "service.ts", join(import.meta.dirname, ".."), options);
  await program.ready(() => ask("/"));
});
afterAll(() => program.end());

test("two versions answer side by side", async () => {
  expect(await ask("/v1/")).toEqual({ status: 200, body: "Hello World Ver.1" });
  expect(await ask("/v2/")).toEqual({ status: 200, body: "Hello World Ver.2" });
});

test("the files of the root are there for all, those of a version for that version", async () => {
  expect((await ask("/shared.txt")).body).toBe("All versions share this file.\n");
  expect((await ask("/v3/three.txt")).body).toBe("Only version 3 has this file.\n");
  expect((await ask("/v2/three.txt")).status).toBe(404);
});

test("a version in a directory of its own has its own templates, and what its bootstrap prepared", async () => {
  const { body } = await ask("/v3/");
  expect(body).toContain("<h1>Hello World Ver.3</h1>");
  expect(body).toContain("<li>Three is the new two.</li><li>Everything has its own directory.</li>");
});

test("a preference changes an app for one mount alone", async () => {
  expect((await ask("/guests/")).body).toBe("Welcome, guest Ver.2");
  expect((await ask("/v2/")).body).toBe("Hello World Ver.2");
});

test.each([
  ["www.site1.com", "Site 1, asked for as www.site1.com"],
  ["WWW.Site1.COM:80", "Site 1, asked for as www.site1.com:80"],
  ["www.site2.com", "Site 2, asked for as www.site2.com"],
  ["site2.org", "Site 2, asked for as site2.org"],
  ["blog.site2.org", "Site 2, asked for as blog.site2.org"],
])("%s gets its own site", async (host, body) => {
  expect(await ask("/", host)).toEqual({ status: 200, body });
});

test("what is mounted under no name is not in the named sites", async () => {
  expect((await ask("/v1/", "www.site1.com")).status).toBe(404);
  expect((await ask("/shared.txt", "www.site2.com")).status).toBe(404);
});
