import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import Koa from "koa";
import { expect, test } from "vitest";
import { Engine, was } from "../src/index.ts";
import { describeForeign, ownFiles } from "./support/foreign-cases.ts";
import { failLater, pieces } from "./support/pieces.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { wasReport } from "./support/was-report.ts";

const makeApp = (): Koa => {
  const app = new Koa();
  app.use(async (ctx, next) => {
    const { path, method } = ctx;
    if (path === "/") ctx.body = "root";
    else if (path.startsWith("/hello/")) ctx.body = `hello ${path.slice(7)}`;
    else if (path === "/where") ctx.body = { url: ctx.url, originalUrl: ctx.originalUrl, baseUrl: Reflect.get(ctx.req, "baseUrl") };
    else if (path === "/json") ctx.body = JSON.parse(await text(ctx.req));
    else if (path === "/form") ctx.body = Object.fromEntries(new URLSearchParams(await text(ctx.req)));
    else if (path === "/raw") ctx.body = ctx.req;
    else if (path === "/stream") ctx.body = Readable.from(pieces());
    else if (path === "/redirect") ctx.redirect(`${was.baseUrl}/hello/you`);
    else if (path === "/cookies") {
      ctx.cookies.set("a", "1");
      ctx.cookies.set("b", "2");
      ctx.body = "";
    } else if (path === "/fail") throw new Error("broken");
    else if (path === "/fail-later") await failLater();
    else if (path === "/was") {
      if (method === "POST") await text(ctx.req);
      ctx.body = await wasReport();
    } else if (path === "/file.txt") ctx.body = createReadStream(`${ownFiles}file.txt`);
    else await next();
  });
  return app;
};

// Koa writes no reason where HTTP/2 has none.
describeForeign({ name: "Koa", make: makeApp, failure: { ownPage: true }, notFound: /^(?:Not Found|404)$/ });

test("errors of a Koa app that nobody listens for go to the app log", async () => {
  const app = makeApp();
  const lines: string[] = [];
  await using engine = new Engine({ requestLog: false, logPath: temporaryDirectory() }).mount("/x", app);
  engine.wac.logger.get("app").log = (line) => void lines.push(line);
  await engine.request("/x/fail");
  expect(lines.join()).toContain("<Error> broken");
});

test("a Koa app that listens for its errors keeps them", async () => {
  const app = makeApp();
  const errors: Error[] = [];
  app.on("error", (error: Error) => errors.push(error));
  await using engine = new Engine({ requestLog: false, logPath: temporaryDirectory() }).mount("/x", app);
  await engine.request("/x/fail");
  expect(errors.map(({ message }) => message)).toEqual(["broken"]);
});
