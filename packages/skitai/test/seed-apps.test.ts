import express from "express";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { Saddle, type Engine } from "../src/index.ts";
import { engineIn, fixture, served, told } from "./support/served.ts";

const service = (): Engine => engineIn(fixture("seed", "apps"));

test("a plain listener is an app", async () => {
  const engine = service();
  engine.mount("/", (_req: unknown, res: { setHeader(name: string, value: string): void; end(text: string): void }) => {
    res.setHeader("Content-Type", "text/plain");
    res.end("Hello World");
  });
  const answer = await fetch(await served(engine));
  expect(answer.headers.get("content-type")).toBe("text/plain");
  expect(await told(answer)).toEqual([200, "Hello World"]);
});

test("an app is mounted as an object, by its file, or by its file and the name of its export", async () => {
  const engine = service();
  const app = new Saddle(import.meta);
  app.route("/", () => "the app object");
  engine.mount("/", app);
  engine.mount("/file", "app_v1/app.ts", { name: "file" });
  engine.mount("/ending", "app_v1/app", { name: "ending" });
  engine.mount("/name", "app_v1/app.ts", { app: "other", name: "other" });
  const url = await served(engine);
  expect(await told(fetch(`${url}/`))).toEqual([200, "the app object"]);
  expect(await told(fetch(`${url}/file/`))).toEqual([200, "the app of app_v1/app.ts"]);
  expect(await told(fetch(`${url}/ending/`))).toEqual([200, "the app of app_v1/app.ts"]);
  expect(await told(fetch(`${url}/name/`))).toEqual([200, "the other app of app_v1/app.ts"]);
});

test("an export that a module does not have is told by name", async () => {
  const engine = service();
  engine.mount("/", "app_v1/app.ts", { app: "absent" });
  await expect(engine.listen({ port: 0 })).rejects.toMatchObject({
    code: "SKITAI_REACTOR_EXPORT_NOT_FOUND",
    message: expect.stringMatching(/absent.*app, other/),
  });
});

test("a file that is not there is told by name and place", async () => {
  const engine = service();
  engine.mount("/v9", "app_v9");
  await expect(engine.listen({ port: 0 })).rejects.toMatchObject({
    code: "SKITAI_REACTOR_TARGET_NOT_FOUND",
    message: expect.stringMatching(/"app_v9" at \/v9.*apps/),
  });
});

test.each(["plain.ts", "express.ts", "hono.ts", "saddle.ts"])("%s runs as an app, with files beside it", async (file) => {
  // skitai.mount ('/', __file__, 'app'); skitai.mount ('/', 'static')
  const engine = service();
  engine.mount("/", file, { app: "app" });
  engine.mount("/", "static");
  const url = await served(engine);
  expect(await told(fetch(url))).toEqual([200, "Hello World"]);
  expect(await told(fetch(`${url}/file.txt`))).toEqual([200, "a file of the service"]);
});

test("apps of several frameworks run side by side, each below its own mount point", async () => {
  const engine = service();
  for (const name of ["plain", "express", "hono", "saddle"]) engine.mount(`/${name}`, name);
  const url = await served(engine);
  for (const name of ["plain", "express", "hono", "saddle"]) expect(await told(fetch(`${url}/${name}/`))).toEqual([200, "Hello World"]);
  expect((await fetch(url)).status).toBe(404);
});

test("a route of an app is reached below its mount point, and the app knows it", async () => {
  // If app is mounted to '/flaskapp', its /hello is called as /flaskapp/hello
  const flask = express();
  flask.get("/hello", (req, res) => {
    res.send(`Hello at ${req.baseUrl}${req.path}`);
  });
  const hono = new Hono();
  hono.get("/hello", (c) => c.text(`Hello at ${c.req.path}`));
  const saddle = new Saddle(import.meta);
  saddle.route("/hello", { name: "hello" }, (was) => `Hello at ${was.ab("hello")}`);
  const engine = service();
  engine.mount("/flaskapp", flask, { name: "flask" });
  engine.mount("/hono", hono, { name: "hono" });
  engine.mount("/saddle", saddle, { name: "saddle" });
  const url = await served(engine);
  expect(await told(fetch(`${url}/flaskapp/hello`))).toEqual([200, "Hello at /flaskapp/hello"]);
  expect(await told(fetch(`${url}/hono/hello`))).toEqual([200, "Hello at /hello"]);
  expect(await told(fetch(`${url}/saddle/hello`))).toEqual([200, "Hello at /saddle/hello"]);
});
