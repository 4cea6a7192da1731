import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { ClientHttp2Session } from "node:http2";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine, type NodeRequest, type NodeResponse } from "../src/index.ts";
import { echoApp, textApp } from "./support/app.ts";
import { http2Request, http2Session } from "./support/http2-request.ts";
import { suiteDirectory } from "./support/temporary-directory.ts";

interface Answer {
  status: number;
  location?: string | undefined;
  body: string;
}

type Ask = (method: string, path: string, host?: string) => Promise<Answer>;

const directory = suiteDirectory();
for (const [file, text] of Object.entries({
  "www/index.html": "index of www",
  "www/both.txt": "file",
  "www/sub/page.html": "file in sub",
  "uploads/a.txt": "upload a",
  "uploads/bigfiles/x.txt": "shadowed",
  "big/x.txt": "big x",
  "second/only.txt": "from the second directory",
  "second/both.txt": "never seen",
  "site/index.html": "index of a site",
})) {
  mkdirSync(join(directory, file, ".."), { recursive: true });
  writeFileSync(join(directory, file), text);
}

const engine = new Engine({ requestLog: false, directory });
engine.mount("/", "www").mount("/", "second").mount("/uploads", "uploads").mount("/uploads/bigfiles", "big");
engine.mount("/", echoApp()).mount("/sub", echoApp(), { name: "sub" }).mount("/sub/deep", echoApp(), { name: "deep" });
engine.mount("/listener", (req: NodeRequest, res: NodeResponse) => void res.end(`listener ${req.url}`), { name: "listener" });
engine.mount(
  "/",
  textApp((was) => `site ${was.path}`),
  { host: "www.site1.com site2.com", name: "site" },
);
engine.mount("/", "site", { host: "www.site1.com site2.com" });
engine.mount(
  "/",
  textApp((was) => `wide ${was.path}`),
  { host: ".wide.com", name: "wide" },
);
engine.mount(
  "/only",
  textApp((was) => `below ${was.path}`),
  { host: "*.below.com", name: "below" },
);
engine.stage({
  name: "test",
  handle: (was) => {
    if (was.path !== "/staged" && was.path !== "/both.txt") return false;
    was.res.end("stage");
    return true;
  },
});

let port = 0;
let session: ClientHttp2Session;
beforeAll(async () => {
  ({ port } = await engine.listen({ port: 0 }));
  session = await http2Session(`http://127.0.0.1:${port}`);
});
afterAll(async () => {
  session.close();
  await engine.close({ timeout: 200 });
});

const overHttp1: Ask = (method, path, host = "localhost") => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const req = request({ port, host: "127.0.0.1", method, path, headers: { host }, agent: false }, (res) => {
    let body = "";
    res.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    res.on("end", () => resolve({ status: res.statusCode!, location: res.headers.location, body }));
  });
  req.on("error", reject).end();
  return promise;
};

const overHttp2: Ask = async (method, path, host = "localhost") => {
  const { status, headers, body } = await http2Request(session, { ":method": method, ":path": path, ":authority": host });
  return { status, location: headers.location, body };
};

const inMemory: Ask = async (method, path, host = "localhost") => {
  const res = await engine.request(`http://${host}${path}`, { method });
  return { status: res.status, location: res.headers.get("location") ?? undefined, body: await res.text() };
};

describe.each([
  ["HTTP/1.1", overHttp1],
  ["HTTP/2", overHttp2],
  ["memory", inMemory],
] as [string, Ask][])("over %s", (_, ask) => {
  test.each([
    // Files win over apps, for GET and HEAD alone.
    ["GET", "/", "index of www"],
    ["GET", "/both.txt", "file"],
    ["POST", "/both.txt", "stage"],
    ["GET", "/none.txt", "GET /none.txt at /"],
    ["POST", "/index.html", "POST /index.html at /"],
    // Two directories on one point are tried in order.
    ["GET", "/only.txt", "from the second directory"],
    // The longest directory wins, and there is no way back to a shorter one.
    ["GET", "/uploads/a.txt", "upload a"],
    ["GET", "/uploads/bigfiles/x.txt", "big x"],
    ["GET", "/uploads/bigfiles/a.txt", "GET /uploads/bigfiles/a.txt at /"],
    ["GET", "/uploads/both.txt", "GET /uploads/both.txt at /"],
    // A file below a mounted app wins too.
    ["GET", "/sub/page.html", "file in sub"],
    // Stages stand between files and apps.
    ["GET", "/staged", "stage"],
    ["GET", "/both.txt?x", "file"],
    // The longest mount wins, by whole segments.
    ["GET", "/sub/x?y=1", "GET /sub/x at /sub"],
    ["GET", "/sub/deep/x", "GET /sub/deep/x at /sub/deep"],
    ["GET", "/sub/deeper", "GET /sub/deeper at /sub"],
    ["GET", "/subway", "GET /subway at /"],
    ["GET", "/%73ub/x", "GET /sub/x at /sub"],
    ["DELETE", "/sub/x", "DELETE /sub/x at /sub"],
    // Foreign apps do not see their mount point.
    ["GET", "/listener/x?y=1", "listener /x?y=1"],
    ["POST", "/listener/", "listener /"],
  ])("%s %s is %j", async (method, path, body) => {
    expect(await ask(method, path)).toMatchObject({ status: 200, body });
  });

  test.each([
    ["GET", "/sub?a=1&b=2", "/sub/?a=1&b=2"],
    ["POST", "/listener?a", "/listener/?a"],
    ["GET", "/uploads", "/uploads/"],
    ["GET", "/sub/deep", "/sub/deep/"],
  ])("%s %s is sent to %s with 308", async (method, path, location) => {
    expect(await ask(method, path)).toMatchObject({ status: 308, location });
  });

  test.each([
    ["www.site1.com", "/x", "site /x"],
    ["WWW.SITE1.COM:8080", "/x", "site /x"],
    ["site2.com", "/index.html", "index of a site"],
    ["site2.com", "/sub/x", "site /sub/x"],
    ["wide.com", "/x", "wide /x"],
    ["a.b.wide.com", "/x", "wide /x"],
    ["notwide.com", "/x", "GET /x at /"],
    ["a.below.com", "/only/x", "below /only/x"],
    ["below.com", "/x", "GET /x at /"],
  ])("%s%s is %j", async (host, path, body) => {
    expect(await ask("GET", path, host)).toMatchObject({ status: 200, body });
  });

  test("a host without an app at a path answers 404, not with the default host's", async () => {
    expect(await ask("GET", "/x", "a.below.com")).toMatchObject({ status: 404 });
  });

  test("HEAD has no body", async () => {
    expect(await ask("HEAD", "/both.txt")).toEqual({ status: 200, body: "", location: undefined });
  });
});

test("a file made after the start is served", async () => {
  expect(await overHttp1("GET", "/late.txt")).toMatchObject({ body: "GET /late.txt at /" });
  writeFileSync(join(directory, "www/late.txt"), "late");
  expect(await overHttp1("GET", "/late.txt")).toMatchObject({ body: "late" });
});

test("without a default host a stranger gets 404", async () => {
  await using only = new Engine({ requestLog: false });
  only.mount("/", echoApp(), { host: "a.com" });
  expect((await only.request("http://b.com/")).status).toBe(404);
  expect((await only.request("http://a.com/")).status).toBe(200);
});
