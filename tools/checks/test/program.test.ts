import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askHttp1, askHttp2 } from "../lib/answers.ts";
import { freePort, Program } from "../lib/program.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skitai-program-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const start = async (text: string): Promise<Program> => {
  await writeFile(join(folder, "program.mjs"), text);
  return new Program(process.execPath, "program.mjs", folder);
};

test("a program is asked over HTTP/1.1 and counted until Ctrl-C ends it", async () => {
  const port = await freePort();
  const program = await start(`
    import { createServer } from "node:http";
    createServer((req, res) => req.toArray().then((body) => res.writeHead(201).end(req.method + req.url + body))).listen(${port}, "127.0.0.1");
  `);
  await program.ready(() => askHttp1(port, { path: "/" }));
  expect(await askHttp1(port, { path: "/x", method: "POST", json: [1] })).toEqual({ status: 201, body: "POST/x[1]" });
  expect(await program.count()).toBe(1);
  await program.interrupt(2000);
  await expect(askHttp1(port, { path: "/" })).rejects.toThrow("ECONNREFUSED");
});

test("a program is asked over HTTP/2 without TLS", async () => {
  const port = await freePort();
  const program = await start(`
    import { createServer } from "node:http2";
    createServer((req, res) => res.end(req.httpVersion + req.url)).listen(${port}, "127.0.0.1");
  `);
  await program.ready(() => askHttp2(port, { path: "/" }));
  expect(await askHttp2(port, { path: "/y" })).toEqual({ status: 200, body: "2.0/y" });
  program.kill();
});

test("a child that outlives Ctrl-C is found", async () => {
  const program = await start(`
    import { spawn } from "node:child_process";
    const child = spawn(process.execPath, ["-e", "process.on('SIGINT', () => {}); console.log('up'); setInterval(() => {}, 1000)"], { stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.on("data", (text) => process.stdout.write(text));
  `);
  await program.ready(async () => expect(program.printed).toContain("up"));
  await expect(program.interrupt(200)).rejects.toThrow("Processes are left");
  program.kill();
});

test("a program that ends before it serves is told with what it printed", async () => {
  const program = await start("console.error('no such thing'); process.exitCode = 1;");
  await expect(program.ready(() => Promise.reject(new Error("nothing there")))).rejects.toThrow("no such thing");
});
