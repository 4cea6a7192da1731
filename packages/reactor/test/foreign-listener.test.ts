import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import connect from "connect";
import { expect, test } from "vitest";
import { adaptForeign } from "../src/foreign/adapt.ts";
import { Engine, was, type MountSite } from "../src/index.ts";
import { describeForeign, ownFiles } from "./support/foreign-cases.ts";
import { failLater, pieces } from "./support/pieces.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { wasReport } from "./support/was-report.ts";

type Next = (error?: unknown) => void;

/** In the old style: events of the request, no promise but where it is needed. */
const collect = (req: IncomingMessage, done: (body: string) => void): void => {
  let body = "";
  req.setEncoding("utf8");
  req.on("data", (chunk: string) => (body += chunk));
  req.on("end", () => done(body));
};

const listener = async (req: IncomingMessage, res: ServerResponse, next: Next): Promise<unknown> => {
  const path = req.url!.split("?")[0]!;
  const json = (value: unknown): void => void res.end(JSON.stringify(value));
  if (path === "/") return res.end("root");
  if (path.startsWith("/hello/")) return res.end(`hello ${path.slice(7)}`);
  if (path === "/where") return json({ url: req.url, originalUrl: Reflect.get(req, "originalUrl"), baseUrl: Reflect.get(req, "baseUrl") });
  if (path === "/json") return collect(req, (body) => json(JSON.parse(body)));
  if (path === "/form") return collect(req, (body) => json(Object.fromEntries(new URLSearchParams(body))));
  if (path === "/raw") return req.pipe(res);
  if (path === "/stream") return Readable.from(pieces()).pipe(res);
  if (path === "/redirect") return res.writeHead(302, { location: `${was.baseUrl}/hello/you` }).end();
  if (path === "/cookies") return res.setHeader("set-cookie", ["a=1", "b=2"]).end();
  if (path === "/fail") throw new Error("broken");
  if (path === "/fail-later") return failLater();
  if (path === "/file.txt") return res.end(await readFile(`${ownFiles}file.txt`));
  if (path !== "/was") return next();
  if (req.method === "GET") return json(await wasReport());
  // The events come from the connection, and still know the request that they belong to.
  return collect(req, () => void wasReport().then(json));
};

describeForeign({ name: "a listener", make: () => listener });
describeForeign({ name: "Connect", make: () => connect().use((req, res, next) => void listener(req, res, next as Next).catch(next)) });

const engineWith = (app: object): Engine => new Engine({ requestLog: false, logPath: temporaryDirectory() }).mount("/x", app);

test("a throw at once is a 500, and a listener that answers and then fails keeps its answer", async () => {
  const engineFor = (app: (req: IncomingMessage, res: ServerResponse) => void): Engine => engineWith(app);
  await using throwing = engineFor((_req, _res) => {
    throw new Error("broken");
  });
  expect((await throwing.request("/x/")).status).toBe(500);
  await using late = engineFor(async (_, res) => {
    res.end("answered");
    throw new Error("broken");
  });
  expect(await (await late.request("/x/")).text()).toBe("answered");
});

test("a listener that fails after its answer was sent is noted in the log", async () => {
  const gate = Promise.withResolvers<void>();
  await using engine = engineWith(async (_: IncomingMessage, res: ServerResponse) => {
    res.end("answered");
    await gate.promise;
    throw new Error("too late to tell");
  });
  const noted = Promise.withResolvers<string>();
  const log = engine.wac.logger.get("app");
  log.log = (message) => noted.resolve(message);
  expect(await (await engine.request("/x/")).text()).toBe("answered");
  gate.resolve();
  expect(await noted.promise).toContain("too late to tell");
});

test("next() after an answer changes nothing, and a second next() neither", async () => {
  await using engine = engineWith((req: IncomingMessage, res: ServerResponse, next: Next) => {
    if (req.url === "/answered") res.end("answered");
    next();
    next(new Error("too late"));
  });
  expect(await (await engine.request("/x/answered")).text()).toBe("answered");
  expect((await engine.request("/x/other")).status).toBe(404);
});

test("events of the response know their request", async () => {
  const seen = Promise.withResolvers<string>();
  await using engine = engineWith((_: IncomingMessage, res: ServerResponse) => {
    res.once("finish", () => seen.resolve(was.gtxid));
    res.end();
  });
  await engine.request("/x/", { headers: { "x-gtxn-id": "GTID-finish" } });
  expect(await seen.promise).toBe("GTID-finish");
});

test("what is no app of any kind is not adapted", async () => {
  const site = {} as MountSite;
  for (const target of [undefined, null, 1, "text", {}, [], { fetch: 1 }, { ready() {}, routing: 1 }]) {
    expect(await adaptForeign(target, site)).toBeUndefined();
  }
});
