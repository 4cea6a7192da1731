import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { HttpError } from "@skitai/reactor";
import { Saddle, type Handler } from "../src/index.ts";
import { attachment } from "../src/response/file-body.ts";
import { serve, ways } from "./support/serve.ts";

const files = mkdtempSync(join(tmpdir(), "saddle-files-"));
writeFileSync(join(files, "a.txt"), "file");
writeFileSync(join(files, "empty"), "");
writeFileSync(join(files, "long.txt"), "x".repeat(10_000));
symlinkSync(join(files, "a.txt"), join(files, "link"));
afterAll(() => rmSync(files, { recursive: true }));

describe.each(ways)("was.response (%s)", (way) => {
  /** What a handler makes of one request. */
  const answer = async (handler: Handler<never>, init?: RequestInit): Promise<Response> => {
    const app = new Saddle();
    app.route("/x", handler as Handler<unknown>);
    const { request } = await serve(app, way);
    return request("/x", init);
  };

  test("makes an answer of status, body and headers, in three ways that are the same", async () => {
    const handlers: Handler<never>[] = [
      (was) => was.response("200 OK", "body", [["Cache-Control", "max-age=60"]]),
      (was) => was.response(undefined, "body", { "Cache-Control": "max-age=60" }),
      (was) => {
        was.response.setHeader("Cache-Control", "max-age=60");
        return "body";
      },
    ];
    for (const handler of handlers) {
      const response = await answer(handler);
      expect([response.status, response.headers.get("cache-control"), await response.text()]).toEqual([200, "max-age=60", "body"]);
    }
  });

  test("takes a status as number, or as text with a phrase of its own", async () => {
    expect((await answer((was) => was.response(201, { made: true }))).status).toBe(201);
    const own = await answer((was) => was.response("418 Short and stout", "tea"));
    expect(own.status).toBe(418);
    if (way === "socket") expect(own.statusText).toBe("Short and stout");
    expect((await answer((was) => was.response(404, null))).status).toBe(404);
    expect(await (await answer((was) => was.response(404, null))).text()).toBe("");
  });

  test("makes the error page of its status where there is no body, also for 200", async () => {
    expect(await (await answer((was) => was.response("404 Not Found"))).text()).toContain("<h1>404 Not Found</h1>");
    const teapot = await answer((was) => was.response("403 No <entry>", undefined, { "X-A": "1", "Content-Type": "text/plain" }));
    expect([teapot.status, teapot.headers.get("x-a"), teapot.headers.get("content-type")]).toEqual([403, "1", "text/html; charset=utf-8"]);
    expect(await teapot.text()).toContain("403 No &lt;entry&gt;");
    expect(await (await answer((was) => was.response())).text()).toContain("<h1>200 OK</h1>");
  });

  test.each([0, 99, 600, 200.5, Number.NaN, "200OK", "abc", "99 Low", "200 a\r\nX: y", "", null])(
    "refuses the status %j",
    async (status) => {
      expect((await answer((was) => was.response(status as never, "x"))).status).toBe(500);
    },
  );

  test("collects headers for whatever is returned", async () => {
    const response = await answer((was) => {
      was.response.setHeader("X-Many", "1").setHeader("x-many", 2).setHeader("Content-Type", "text/a").setHeader("content-type", "text/b");
      was.response
        .setHeaders([["X-List", "a"]])
        .setHeaders({ "X-Object": ["b", "c"] })
        .update("X-Updated", "old")
        .update("x-updated", "new");
      was.response.setHeader("X-Gone", "1").setHeader("X-Gone", "2").delHeader("x-gone").setStatus("202 Accepted");
      const { response: own } = was;
      return { own: [own.getHeader("X-MANY"), own.getHeader("none") ?? "none", own.getStatus(), own.getHeaders().length] };
    });
    expect([response.status, await response.json()]).toEqual([202, { own: ["1", "none", "202 Accepted", 7] }]);
    const { headers } = response;
    expect(["x-many", "content-type", "x-list", "x-object", "x-updated", "x-gone"].map((name) => headers.get(name))).toEqual([
      "1, 2",
      "text/b",
      "a",
      "b, c",
      "new",
      null,
    ]);
  });

  test("lets caches keep an answer", async () => {
    const response = await answer((was) => {
      was.response.setCache(60);
      return "x";
    });
    expect(response.headers.get("cache-control")).toBe("max-age=60");
    expect(Date.parse(response.headers.get("expires")!)).toBeGreaterThan(Date.now() + 50_000);
  });

  test("refuses a header that would end its line", async () => {
    expect((await answer((was) => was.response(200, "x", { "X-A": "a\r\nX-B: b" }))).status).toBe(500);
  });

  test("sends a file", async () => {
    const file = await answer((was) => was.response.file(join(files, "a.txt"), "text/plain", 'ä "b".txt'));
    expect([file.status, file.headers.get("content-type"), file.headers.get("content-length"), await file.text()]).toEqual([
      200,
      "text/plain",
      "4",
      "file",
    ]);
    expect(file.headers.get("content-disposition")).toBe(`attachment; filename="_ _b_.txt"; filename*=UTF-8''%C3%A4%20%22b%22.txt`);
    const plain = await answer((was) => was.response("202 Accepted", was.response.file(join(files, "a.txt"))));
    expect([plain.status, plain.headers.get("content-type"), plain.headers.get("content-disposition")]).toEqual([
      202,
      "application/octet-stream",
      null,
    ]);
    const head = await answer((was) => was.response.file(join(files, "a.txt")), { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "4", ""]);
  });

  test("sends the part of a file that is asked for", async () => {
    const part = (headers: Record<string, string>, init: RequestInit = {}): Promise<Response> =>
      answer((was) => was.response.file(join(files, "a.txt")), { headers, ...init });
    const first = await part({ range: "bytes=1-2" });
    expect([first.status, first.headers.get("content-range"), first.headers.get("content-length"), await first.text()]).toEqual([
      206,
      "bytes 1-2/4",
      "2",
      "il",
    ]);
    expect(await (await part({ range: "bytes=-1", "if-range": first.headers.get("etag")! })).text()).toBe("e");
    expect(await (await part({ range: "bytes=1-2", "if-range": '"other"' })).text()).toBe("file");
    const beyond = await part({ range: "bytes=9-" });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */4"]);
    const head = await part({ range: "bytes=1-2" }, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), head.headers.get("accept-ranges")]).toEqual([200, "4", "bytes"]);
  });

  test("sends no file that the client has already", async () => {
    const asked = (headers: Record<string, string>): Promise<Response> =>
      answer((was) => was.response.file(join(files, "a.txt"), "text/plain", "a.txt"), { headers });
    const whole = await asked({});
    const etag = whole.headers.get("etag")!;
    const known = await asked({ "if-none-match": etag });
    expect([known.status, known.headers.get("etag"), known.headers.get("content-type"), await known.text()]).toEqual([304, etag, null, ""]);
    expect((await asked({ "if-modified-since": whole.headers.get("last-modified")! })).status).toBe(304);
    expect((await asked({ "if-none-match": '"other"' })).status).toBe(200);
    expect((await asked({ "if-match": '"other"' })).status).toBe(412);
  });

  test("compares a file by what the app says of it", async () => {
    const asked = (headers: Record<string, string>): Promise<Response> =>
      answer((was) => was.response(undefined, was.response.file(join(files, "a.txt")), { ETag: 'W/"mine"' }), { headers });
    expect((await asked({})).headers.get("etag")).toBe('W/"mine"');
    expect((await asked({ "if-none-match": 'W/"mine"' })).status).toBe(304);
    // Only a strong tag can tell that the bytes are the same.
    expect((await asked({ "if-match": 'W/"mine"' })).status).toBe(412);
    expect((await asked({ range: "bytes=0-0", "if-range": 'W/"mine"' })).status).toBe(200);
  });

  test("sends the whole file for another status", async () => {
    const made = await answer((was) => was.response("202 Sure", was.response.file(join(files, "a.txt"))), {
      headers: { range: "bytes=0-0", "if-none-match": "*" },
    });
    expect([made.status, await made.text()]).toEqual([202, "file"]);
    expect((await answer((was) => was.response("202 Sure", was.response.file(join(files, "none"))))).statusText).not.toBe("Sure");
  });

  test("sends an empty file, and one behind a link", async () => {
    const empty = await answer((was) => was.response.file(join(files, "empty")), { headers: { range: "bytes=0-" } });
    expect([empty.status, empty.headers.get("content-length"), await empty.text()]).toEqual([200, "0", ""]);
    expect(await (await answer((was) => was.response.file(join(files, "link")))).text()).toBe("file");
  });

  test("compresses a whole file and no part of it", async () => {
    const asked = (headers: Record<string, string>): Promise<Response> =>
      answer((was) => was.response.file(join(files, "long.txt"), "text/plain"), { headers: { "accept-encoding": "gzip", ...headers } });
    expect((await asked({})).headers.get("etag")).toMatch(/^W\//);
    const part = await asked({ range: "bytes=0-4999" });
    expect([part.status, part.headers.get("content-encoding"), await part.text()]).toEqual([206, null, "x".repeat(5_000)]);
  });

  test("answers 404 for a file that does not exist or is a directory", async () => {
    expect((await answer((was) => was.response.file(join(files, "none")))).status).toBe(404);
    expect((await answer((was) => was.response.file(join(files, "a.txt", "b")))).status).toBe(404);
    expect((await answer((was) => was.response.file(files))).status).toBe(404);
  });

  test("makes JSON for programs", async () => {
    const api = await answer((was) => was.response.api({ data: [1, 2, 3] }));
    expect([api.status, api.headers.get("content-type"), await api.text()]).toEqual([200, "application/json", '{"data":[1,2,3]}']);
    expect(await (await answer((was) => was.response.api())).text()).toBe("{}");
    const made = await answer((was) => was.response.forApi("201 Created", { id: 1 }));
    expect([made.status, await made.text()]).toEqual([201, '{"id":1}']);
    expect(await (await answer((was) => was.response.forApi("201 Created"))).text()).toBe("{}");
  });

  test("makes faults whose keys have their order", async () => {
    const bad = await answer((was) => was.response.forApi("400 Bad Request", "missing parameter", 10021));
    expect([bad.status, await bad.text()]).toEqual([400, '{"code":10021,"message":"missing parameter"}']);
    const full = await answer((was) => was.response("400 Bad Request", was.response.fault("missing", 10021, "dbg", "http://x")));
    expect([full.status, full.headers.get("content-type"), await full.text()]).toEqual([
      400,
      "application/json",
      '{"code":10021,"message":"missing","debug":"dbg","more_info":"http://x"}',
    ]);
    expect(await (await answer((was) => was.response.fault("x"))).json()).toEqual({ code: 20000, message: "x" });
  });

  test("tells the calls of an error where it is asked to", async () => {
    const response = await answer(function search(was) {
      try {
        throw new TypeError("aa is not defined");
      } catch (error) {
        return was.response.traceback(error, "something is not valid");
      }
    });
    expect(response.status).toBe(200);
    const { traceback, ...rest } = (await response.json()) as { traceback: string[] };
    expect(rest).toEqual({ code: 10001, message: "something is not valid", debug: "see traceback" });
    expect(traceback[0]).toBe("<class 'TypeError'> aa is not defined");
    expect(traceback[1]).toMatch(/^in file \/.*response\.test\.ts at line \d+, function .*search$/);
    expect(traceback[2]).toMatch(/^\/.*response\.test\.ts .*search \d+$/);
    const thrown = await answer((was) => was.response.traceback("just text"));
    expect(await thrown.json()).toEqual({
      code: 10001,
      message: "just text",
      debug: "see traceback",
      traceback: ["<class 'string'> just text"],
    });
    const caused = await answer((was) => was.response.traceback(new Error("outer", { cause: new RangeError("inner") })));
    expect(((await caused.json()) as { traceback: string[] }).traceback.at(-1)).toBe("caused by <class 'RangeError'> inner");
  });

  test("ends a request at once where it throws a status", async () => {
    const app = new Saddle();
    let failed = 0;
    app.failedRequest(() => void failed++);
    app.route("/x", (was) => {
      was.response.setHeader("Retry-After", 5);
      return was.response.throw("403 Forbidden");
    });
    app.route("/body", (was) => was.response.throw(409, { taken: true }, { "X-A": "1" }));
    const { request, log } = await serve(app, way);
    const response = await request("/x");
    expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([
      403,
      "5",
      expect.stringContaining("<h1>403 Forbidden</h1>"),
    ]);
    const body = await request("/body");
    expect([body.status, body.headers.get("x-a"), await body.json()]).toEqual([409, "1", { taken: true }]);
    expect(failed).toBe(0);
    expect(await log()).toBe("");
  });

  test("redirects, with the URL escaped where it is shown", async () => {
    const response = await answer((was) => was.redirect('/ä?a="<b>'));
    expect([response.status, response.headers.get("location"), response.headers.get("cache-control")]).toEqual([
      302,
      '/%C3%A4?a="<b>',
      "max-age=0",
    ]);
    expect(await response.text()).toBe(
      '<head><title>302 Object Moved</title></head><body><h1>302 Object Moved</h1>This document may be found <a HREF="/%C3%A4?a=&quot;&lt;b&gt;">here</a></body>',
    );
    const other = await answer((was) => was.redirect("/b", 303, "go", { "X-A": "1" }));
    expect([other.status, other.headers.get("x-a"), await other.text()]).toEqual([303, "1", "go"]);
    expect((await answer((was) => was.redirect("/a\r\nX-B: b"))).headers.get("location")).toBe("/a%0D%0AX-B:%20b");
  });

  test("gives a Fetch response the headers that were set before", async () => {
    const response = await answer((was) => {
      was.response.setHeader("X-A", "1").setHeader("Content-Type", "text/a");
      return new Response("x", { headers: { "Content-Type": "text/b" } });
    });
    expect([response.headers.get("x-a"), response.headers.get("content-type")]).toEqual(["1", "text/b"]);
    expect((await answer((was) => was.response(202, new Response("x", { status: 201 })))).status).toBe(202);
  });
});

test("an HttpError keeps its status and headers wherever it is thrown", async () => {
  const app = new Saddle();
  app.route("/x", () => {
    throw new HttpError(429, "Slow down.", { headers: ["Retry-After", "7"] });
  });
  app.route("/later", async () => await Promise.reject(new HttpError(404, "There is no such episode.")));
  app.route("/lying", () => {
    throw Object.assign(new Error("secret"), { status: 404 });
  });
  const { request } = await serve(app);
  const response = await request("/x", { headers: { Accept: "application/json" } });
  expect([response.status, response.headers.get("retry-after"), await response.json()]).toEqual([
    429,
    "7",
    { code: 10000, message: "Slow down." },
  ]);
  expect(await (await request("/later")).text()).toContain("There is no such episode.");
  expect((await request("/lying")).status).toBe(500);
});

test.each([
  ["plain.txt", 'attachment; filename="plain.txt"'],
  ["../../etc/passwd", 'attachment; filename="passwd"'],
  ["C:\\x\\y.txt", 'attachment; filename="y.txt"'],
  ["100%.txt", `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
  ["a\r\nb", `attachment; filename="a__b"; filename*=UTF-8''a%0D%0Ab`],
])("a download is named %j", (name, header) => {
  expect(attachment(name)).toBe(header);
});
