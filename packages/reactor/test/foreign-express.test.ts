import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { expect, test } from "vitest";
import { Engine, was } from "../src/index.ts";
import { describeForeign, ownFiles } from "./support/foreign-cases.ts";
import { failLater, pieces } from "./support/pieces.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { wasReport } from "./support/was-report.ts";

const makeApp = (): Express => {
  const app = express();
  app.get("/", (_, res) => void res.send("root"));
  app.get("/hello/:name", (req, res) => void res.send(`hello ${req.params.name}`));
  app.get("/where", ({ url, originalUrl, baseUrl }, res) => void res.json({ url, originalUrl, baseUrl }));
  app.post("/json", express.json(), (req, res) => void res.json(req.body));
  app.post("/form", express.urlencoded(), (req, res) => void res.json(req.body));
  app.post("/raw", (req, res) => void req.pipe(res));
  app.get("/stream", (_, res) => void Readable.from(pieces()).pipe(res));
  app.get("/redirect", (req, res) => res.redirect(`${req.baseUrl}/hello/you`));
  app.get("/cookies", (_, res) => void res.cookie("a", 1).cookie("b", 2).send());
  app.get("/fail", () => {
    throw new Error("broken");
  });
  app.get("/fail-later", failLater);
  app.get("/was", async (_, res) => void res.json(await wasReport()));
  app.post("/was", express.json(), async (_, res) => void res.json(await wasReport()));
  app.use(express.static(ownFiles));
  return app;
};

describeForeign({ name: "Express", make: makeApp });

const engineWith = (app: object, point = "/x"): Engine =>
  new Engine({ requestLog: false, logPath: temporaryDirectory() }).mount(point, app);

test("routers inside an Express app know their full place", async () => {
  const inner = express.Router();
  inner.get("/c", ({ url, originalUrl, baseUrl }, res) => void res.json({ url, originalUrl, baseUrl }));
  await using engine = engineWith(express().use("/b", inner), "/x/a");
  expect(await (await engine.request("/x/a/b/c")).json()).toEqual({ url: "/c", originalUrl: "/x/a/b/c", baseUrl: "/x/a/b" });
});

test("errors with a status keep it, and the message where it may be shown", async () => {
  const app = express();
  app.post("/json", express.json({ limit: 10 }), (_, res) => void res.end());
  app.get("/teapot", () => {
    throw Object.assign(new Error("secret"), { status: 418 });
  });
  await using engine = engineWith(app);
  const post = (body: string): Promise<globalThis.Response> =>
    engine.request("/x/json", { method: "POST", headers: { "content-type": "application/json", accept: "application/json" }, body });
  const malformed = await post("{");
  expect([malformed.status, ((await malformed.json()) as { message: string }).message]).toEqual([400, expect.stringContaining("JSON")]);
  expect((await post('{"a":"aaaaaaaaaaaaa"}')).status).toBe(413);
  const teapot = await engine.request("/x/teapot");
  expect([teapot.status, await teapot.text()]).toEqual([418, expect.not.stringContaining("secret")]);
});

test("an Express app's own error handler comes first", async () => {
  const app = express();
  app.get("/fail", () => {
    throw new Error("broken");
  });
  app.use(
    (error: Error, _: Request, res: Response, __: NextFunction) => void res.status(503).send(`own: ${error.message} ${was.mount!.point}`),
  );
  await using engine = engineWith(app);
  const res = await engine.request("/x/fail");
  expect([res.status, await res.text()]).toEqual([503, "own: broken /x"]);
});

test("an error after the head breaks the answer off", async () => {
  const app = express();
  app.get("/", (_, res) => {
    res.write("part");
    throw new Error("broken");
  });
  await using engine = engineWith(app);
  await expect(engine.request("/x/").then((res) => res.text())).rejects.toThrow();
});

test("what an Express app in the engine does not know goes on to the Express app around the engine, as it came", async () => {
  const inner = express().get("/known", (req, res) => void res.json([req.url, req.baseUrl, was.baseUrl]));
  await using engine = engineWith(inner);
  const outer = express();
  outer.use("/outer", engine.listener() as never);
  outer.use((req, res) => void res.json({ url: req.url, baseUrl: req.baseUrl, originalUrl: req.originalUrl }));
  const server = createServer(outer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect(await (await fetch(`${url}/outer/x/known`)).json()).toEqual(["/known", "/outer/x", "/outer/x"]);
    expect(await (await fetch(`${url}/outer/x/unknown?a=1`)).json()).toEqual({
      url: "/outer/x/unknown?a=1",
      baseUrl: "",
      originalUrl: "/outer/x/unknown?a=1",
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test("a body that is too large for the mount is refused in front of the app", async () => {
  const app = express();
  let reached = 0;
  app.post("/", express.raw({ limit: "1gb", type: () => true }), (_, res) => {
    reached++;
    res.end();
  });
  await using engine = new Engine({ requestLog: false, maxPostBodySize: 1_000 }).mount("/", app);
  expect((await engine.request("/", { method: "POST", body: "x".repeat(1_001) })).status).toBe(413);
  const streamed = ReadableStream.from([Buffer.alloc(600), Buffer.alloc(600)]);
  expect((await engine.request("/", { method: "POST", body: streamed })).status).toBe(413);
  expect(reached).toBe(0);
  expect((await engine.request("/", { method: "POST", body: "x".repeat(1_000) })).status).toBe(200);
});
