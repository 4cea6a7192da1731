import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import Fastify, { type FastifyInstance } from "fastify";
import { expect, test } from "vitest";
import { Engine, was } from "../src/index.ts";
import { describeForeign, ownFiles } from "./support/foreign-cases.ts";
import { failLater, pieces } from "./support/pieces.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { wasReport } from "./support/was-report.ts";

const makeApp = (): FastifyInstance => {
  const app = Fastify();
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
  app.addContentTypeParser("application/octet-stream", (_, payload, done) => done(null, payload));
  app.get("/", () => "root");
  app.get<{ Params: { name: string } }>("/hello/:name", ({ params }) => `hello ${params.name}`);
  app.get("/where", ({ url, originalUrl, raw }) => ({ url, originalUrl, baseUrl: Reflect.get(raw, "baseUrl") as string }));
  app.post("/json", ({ body }) => body);
  app.post("/form", ({ body }) => body);
  app.post("/raw", ({ body }, reply) => reply.send(body));
  app.get("/stream", (_, reply) => reply.send(Readable.from(pieces())));
  app.get("/redirect", (_, reply) => reply.redirect(`${was.baseUrl}/hello/you`));
  app.get("/cookies", (_, reply) => reply.header("set-cookie", "a=1").header("set-cookie", "b=2").send());
  app.get("/fail", () => {
    throw new Error("broken");
  });
  app.get("/fail-later", failLater);
  app.get("/was", wasReport);
  app.post("/was", wasReport);
  app.get("/file.txt", (_, reply) => reply.send(createReadStream(`${ownFiles}file.txt`)));
  return app;
};

describeForeign({ name: "Fastify", make: makeApp, failure: { ownPage: true }, notFound: /Route GET:\/nowhere not found/ });

test("a Fastify app is ready when it is mounted, with its plugins, and closed at the end", async () => {
  const events: string[] = [];
  const app = Fastify();
  app.register(async (inner) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    inner.get("/inner", () => "from a plugin");
  });
  app.addHook("onReady", async () => void events.push("ready"));
  app.addHook("onClose", async () => void events.push("closed"));
  {
    await using engine = new Engine({ requestLog: false, logPath: temporaryDirectory() }).mount("/x", app);
    expect(await (await engine.request("/x/inner")).text()).toBe("from a plugin");
    expect(events).toEqual(["ready"]);
  }
  expect(events).toEqual(["ready", "closed"]);
});
