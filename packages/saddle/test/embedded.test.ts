import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, onTestFinished, test } from "vitest";
import { Saddle } from "../src/index.ts";

const sample = (): Saddle => {
  const app = new Saddle(new URL("fixtures/site/", import.meta.url));
  app.route("/", { name: "index" }, (was) => was.render("hello.html", { name: was.ab("hello", "Your Name") }));
  app.route("/hello/<name>", { name: "hello" }, (was, { name }) => ({ name, url: was.ab("hello", name), base: was.baseUrl }));
  app.route("/docs/", () => "docs");
  app.route("/post", { methods: ["POST"], params: { a: "int" } }, (_was, { a }) => ({ a }));
  app.route("/stream", async function* () {
    yield "a";
    await Promise.resolve();
    yield "b";
  });
  app.route("/boom", () => {
    throw new Error("boom");
  });
  onTestFinished(() => app.close());
  return app;
};

/** Serves with a Node server; gives the URL of it. */
const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

type Get = (path: string, init?: RequestInit) => Promise<Response>;

const over =
  (origin: string): Get =>
  (path, init) =>
    fetch(origin + path, { redirect: "manual", ...init });

/** What holds wherever the app is embedded. */
const expectSample = async (get: Get, base: string): Promise<void> => {
  expect(await (await get(`${base}/hello/a_b`)).json()).toEqual({ name: "a b", url: `${base}/hello/a_b`, base });
  expect(await (await get(`${base}/`)).text()).toBe(`Hello ${base}/hello/Your_Name!\n`);
  const redirect = await get(`${base}/docs?q=1`);
  expect([redirect.status, redirect.headers.get("location")]).toEqual([308, `${base}/docs/?q=1`]);
  const json = { method: "POST", body: '{"a":1}', headers: { "Content-Type": "application/json" } };
  expect(await (await get(`${base}/post`, json)).json()).toEqual({ a: 1 });
  expect((await get(`${base}/post`, { ...json, body: "{}" })).status).toBe(400);
  expect(await (await get(`${base}/stream`)).text()).toBe("ab");
  expect(await (await get(`${base}/stream`, { method: "HEAD" })).text()).toBe("");
  const names = [...(await get(`${base}/`)).headers.keys()];
  expect(names).not.toContain("server");
};

describe("an app alone", () => {
  test("answers in memory", async () => {
    const app = sample();
    await expectSample((path, init) => app.request(path, init), "");
    expect((await app.request("/none")).status).toBe(404);
    expect((await app.request(new Request("http://host/hello/x"))).status).toBe(200);
  });

  test("is a fetch handler that needs no this", async () => {
    const { fetch: handle } = sample();
    await expectSample((path, init) => handle(new Request(`http://example.com${path}`, init)), "");
  });

  test("is a listener of node:http", async () => {
    const get = over(await listening(createServer(sample().listener())));
    await expectSample(get, "");
    expect((await get("/none")).status).toBe(404);
    expect((await get("/boom")).status).toBe(500);
  });

  test("is a listener below a prefix that the server does not take off", async () => {
    const get = over(await listening(createServer(sample().listener("/x"))));
    await expectSample(get, "/x");
    expect((await get("/hello/a")).status).toBe(404);
  });

  test("runs its life-cycle hooks once, and again after it was closed", async () => {
    const app = new Saddle();
    const notes: string[] = [];
    app.mounted(() => void notes.push("mounted")).umounted(() => void notes.push("umounted"));
    app.route("/", () => "ok");
    await app.request("/");
    await app.fetch(new Request("http://x/"));
    expect(notes).toEqual(["mounted"]);
    await app.close();
    await app.close();
    expect(notes).toEqual(["mounted", "umounted"]);
    expect(await (await app.request("/")).text()).toBe("ok");
    await app.close();
  });
});

describe("in Express 5", () => {
  test("it is middleware that knows its prefix, and passes on what it does not know", async () => {
    const outer = express();
    const app = sample();
    outer.use("/x", app.listener());
    outer.get("/x/mine", (_req, res) => void res.send("express"));
    const get = over(await listening(createServer(outer)));
    await expectSample(get, "/x");
    expect(await (await get("/x/mine")).text()).toBe("express");
    expect((await get("/x/none")).status).toBe(404);
    expect((await get("/x/post")).status).toBe(405);
    expect((await get("/x/boom")).status).toBe(500);
  });

  test("it says so where something in front has read the body", async () => {
    const outer = express();
    outer.use(express.json());
    outer.use(sample().listener());
    const get = over(await listening(createServer(outer)));
    const response = await get("/post", { method: "POST", body: '{"a":1}', headers: { "Content-Type": "application/json" } });
    expect(response.status).toBe(500);
  });
});

describe("in Fastify 5", () => {
  test("it answers on the raw response, below a prefix", async () => {
    const outer = fastify();
    const listener = sample().listener("/x");
    await outer.register(
      (scope, _options, done) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
        scope.all("/*", (request, reply) => {
          reply.hijack();
          listener(request.raw, reply.raw);
        });
        done();
      },
      { prefix: "/x" },
    );
    outer.get("/own", () => "fastify");
    const origin = await outer.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => outer.close());
    const get = over(origin);
    await expectSample(get, "/x");
    expect(await (await get("/own")).text()).toBe("fastify");
    expect((await get("/x/none")).status).toBe(404);
  });
});

describe("in Hono", () => {
  test("it is mounted as the fetch handler that it is", async () => {
    const outer = new Hono();
    const app = sample();
    outer.mount("/x", app.fetch);
    outer.get("/own", (context) => context.text("hono"));
    expect(await (await outer.request("/x/hello/a_b")).json()).toMatchObject({ name: "a b" });
    expect(
      await (
        await outer.request("/x/post", { method: "POST", body: "a=1", headers: { "Content-Type": "application/x-www-form-urlencoded" } })
      ).json(),
    ).toEqual({
      a: 1,
    });
    expect(await (await outer.request("/x/stream")).text()).toBe("ab");
    expect(await (await outer.request("/own")).text()).toBe("hono");
  });
});
