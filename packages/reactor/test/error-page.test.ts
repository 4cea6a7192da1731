import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { HttpError } from "../src/errors.ts";
import { rawError, respondError } from "../src/response/error-page.ts";
import { respond } from "../src/response/respond.ts";
import { http2Get } from "./support/http2-get.ts";
import { rawClient } from "./support/raw-client.ts";
import { wasServer } from "./support/was-server.ts";

const json = { headers: { accept: "application/json" } };

test("a browser gets a small page", async () => {
  await using server = await wasServer((was) => respondError(was, 404));
  const res = await fetch(server.url);
  expect(res.status).toBe(404);
  expect(Object.fromEntries(res.headers)).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  const page = await res.text();
  expect(page).toContain("<title>404 Not Found</title>");
  expect(page).toContain("<h1>404 Not Found</h1>");
  expect(page).toContain("<footer>Skitai</footer>");
  expect(page).toContain('<div id="normal">');
});

test("a client that prefers JSON gets JSON", async () => {
  await using server = await wasServer((was) => respondError(was, 404));
  const res = await fetch(server.url, json);
  expect([res.status, res.headers.get("content-type"), res.headers.get("cache-control")]).toEqual([404, "application/json", "no-store"]);
  expect(await res.text()).toBe('{"code":10000,"message":"404 Not Found"}');
});

test("a message is shown, escaped", async () => {
  await using server = await wasServer((was) => respondError(was, 400, { message: `<b>"x" & 'y'` }));
  expect(await (await fetch(server.url)).text()).toContain("<p>&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;</p>");
  expect(await (await fetch(server.url, json)).json()).toEqual({ code: 10000, message: `<b>"x" & 'y'` });
});

test("headers and code can be given", async () => {
  await using server = await wasServer((was) =>
    respondError(was, 405, { headers: ["Allow", "GET", "cache-control", "max-age=5"], code: 7 }),
  );
  const res = await fetch(server.url, json);
  expect([res.headers.get("allow"), res.headers.get("cache-control")]).toEqual(["GET", "max-age=5"]);
  expect(await res.json()).toMatchObject({ code: 7 });
});

test("nothing of an exception is shown without debug", async () => {
  await using server = await wasServer((was) => respondError(was, 500, { error: new Error("secret") }));
  expect(await (await fetch(server.url)).text()).not.toContain("secret");
  expect(await (await fetch(server.url, json)).json()).toEqual({ code: 10001, message: "500 Internal Server Error" });
});

test("with debug the stack and its causes are shown, escaped", async () => {
  const error = new TypeError("<script>alert(1)</script>", { cause: new Error("underneath") });
  await using server = await wasServer((was) => respondError(was, 500, { error }), { settings: { debug: true } });
  const page = await (await fetch(server.url)).text();
  expect(page).toContain('<div id="debug">');
  expect(page).toContain("TypeError: &lt;script&gt;");
  expect(page).toContain("Caused by Error: underneath");
  expect(page).toContain("error-page.test.ts");
  expect(page).not.toContain("<script>");
  const answer = (await (await fetch(server.url, json)).json()) as { traceback: string[] };
  expect(answer).toMatchObject({ code: 10001, message: "500 Internal Server Error", debug: "see traceback" });
  expect(answer.traceback[0]).toBe("TypeError: <script>alert(1)</script>");
  expect(answer.traceback).toContain("Caused by Error: underneath");
});

test("an error with a client's status keeps the generic code", async () => {
  await using server = await wasServer((was) => respondError(was, 404, { error: new HttpError(404, "gone") }));
  expect(await (await fetch(server.url, json)).json()).toEqual({ code: 10000, message: "404 Not Found" });
});

test("an error that is its own cause is told once, and anything can be thrown", async () => {
  const loop = new Error("loop");
  loop.cause = loop;
  const thrown: unknown[] = [loop, "a string", null];
  await using server = await wasServer((was) => respondError(was, 500, { error: thrown.shift() }), { settings: { debug: true } });
  expect((await (await fetch(server.url)).text()).match(/Error: loop/g)).toHaveLength(1);
  expect(await (await fetch(server.url)).text()).toContain("a string");
  expect(await (await fetch(server.url)).text()).toContain("null");
});

test("headers of the answer that failed do not stay on its error page", async () => {
  await using server = await wasServer((was) => respondError(was, 500), {
    before: (_, res) => {
      for (const name of ["Content-Encoding", "Content-Disposition", "ETag", "Last-Modified"]) res.setHeader(name, "gzip");
      res.setHeader("Cache-Control", "public");
      res.setHeader("X-Frame-Options", "DENY");
    },
  });
  const { headers } = await fetch(server.url);
  for (const name of ["content-encoding", "content-disposition", "etag", "last-modified"]) expect(headers.has(name)).toBe(false);
  expect([headers.get("cache-control"), headers.get("x-frame-options")]).toEqual(["no-store", "DENY"]);
});

test("headers that cannot be sent become a plain 500", async () => {
  await using server = await wasServer((was) => respondError(was, 400, { headers: ["X-A", "\n"] }));
  expect((await fetch(server.url)).status).toBe(500);
  expect(server.lines).toHaveLength(1);
});

test("HEAD gets no page, but its length", async () => {
  await using server = await wasServer((was) => respondError(was, 404));
  const res = await fetch(server.url, { method: "HEAD" });
  expect(Number(res.headers.get("content-length"))).toBe((await (await fetch(server.url)).text()).length);
});

test("an answer that was begun is broken off", async () => {
  await using server = await wasServer((was) => {
    const res = was.res as ServerResponse;
    res.writeHead(200, { "content-length": "10" });
    res.write("part");
    respondError(was, 500);
  });
  await expect(fetch(server.url).then((res) => res.text())).rejects.toThrow();
});

test("an answer that was begun is broken off over HTTP/2 too", async () => {
  await using server = await wasServer(
    (was) => {
      (was.res as ServerResponse).writeHead(200);
      respondError(was, 500);
    },
    { http2: true },
  );
  await expect(http2Get(server.url)).rejects.toThrow();
});

test("an answer that was completed stays", async () => {
  await using server = await wasServer((was) => {
    void respond(was, 200, [], "done");
    respondError(was, 500);
  });
  expect(await (await fetch(server.url)).text()).toBe("done");
});

for (const status of [400, 408, 413, 414, 431, 503]) {
  test(`the raw ${status} is a whole HTTP/1.1 response that ends its connection`, async () => {
    const text = rawError(status).toString("latin1");
    const [head, body] = text.split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} \\w`));
    expect(head).toMatch(/\r\nConnection: close\r\n/);
    expect(head).toMatch(/\r\nCache-Control: no-store\r\n/);
    expect(head).toContain(`Content-Length: ${body!.length}`);
    expect(body).toContain(`<h1>${status} `);
  });
}

test("the raw form goes to a socket whose request cannot be parsed", async () => {
  await using server = await wasServer(() => {});
  server.server.on("clientError", (_, socket: import("node:net").Socket) => socket.end(rawError(400)));
  const client = await rawClient(server.port);
  client.socket.write("nonsense\r\n\r\n");
  expect(await client.closed).toBe("end");
  expect(client.text()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});
