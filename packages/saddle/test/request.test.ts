import { connect } from "node:http2";
import { connect as connectTcp } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { Saddle, type SaddleRequest } from "../src/index.ts";
import { parseHeaderValue } from "../src/request/header-value.ts";
import { splitUri } from "../src/request/split-uri.ts";
import { serve, ways } from "./support/serve.ts";

/** What a handler sees of a request. */
const seen = async (look: (request: SaddleRequest) => unknown, init: RequestInit = {}, path = "/x"): Promise<unknown> => {
  const app = new Saddle();
  app.route("/x", (was) => ({ seen: look(was.request) }));
  const { request } = await serve(app);
  return ((await (await request(path, init)).json()) as { seen?: unknown }).seen;
};

const post = (body: string | Uint8Array<ArrayBuffer>, type: string): RequestInit => ({
  method: "POST",
  body,
  headers: { "Content-Type": type },
});

describe("was.request", () => {
  test("tells the request line", async () => {
    const look = (r: SaddleRequest): unknown => [r.method, r.command, r.uri, r.version, r.scheme, r.getScheme(), r.splitUri()];
    expect(await seen(look, { method: "PUT" }, "/x?a=%20")).toEqual([
      "PUT",
      "put",
      "/x?a=%20",
      "1.1",
      "http",
      "http",
      ["/x", null, "?a=%20", null],
    ]);
  });

  test("tells headers in any case of their names", async () => {
    const headers = { "X-One": "1", "User-Agent": "test/1", Accept: 'text/html;q="0.5";Level=1' };
    const look = (r: SaddleRequest): unknown => [
      r.getHeader("x-ONE"),
      r.getHeader("X-Two"),
      r.getHeader("X-Two", "none"),
      r.headers["x-one"],
      r.getUserAgent(),
      r.userAgent,
      r.getHeaderNoparam("accept"),
      r.getHeaderWithAttr("accept"),
      r.getAttr("Accept", "LEVEL"),
      r.getHeaderNoparam("x-two"),
      r.getHeaders().some(([name, value]) => name.toLowerCase() === "x-one" && value === "1"),
    ];
    expect(await seen(look, { headers })).toEqual([
      "1",
      null,
      "none",
      "1",
      "test/1",
      "test/1",
      "text/html",
      ["text/html", { q: "0.5", level: "1" }],
      "1",
      null,
      true,
    ]);
  });

  test("tells what the body is", async () => {
    const look = (r: SaddleRequest): unknown => [
      r.getContentType(),
      r.getMainType(),
      r.getSubType(),
      r.getCharset(),
      r.getContentLength(),
      r.body.length,
      r.getBody() === r.payload,
    ];
    expect(await seen(look, post("äö", 'Text/Plain; charset="utf-8"'))).toEqual(["text/plain", "text", "plain", "utf-8", 4, 4, true]);
    expect(await seen(look)).toEqual([null, null, null, null, null, 0, true]);
  });

  test("decodes text in the charset that the body names", async () => {
    const look = (r: SaddleRequest): unknown => r.text();
    expect(await seen(look, post(new Uint8Array([0xe4, 0xf6]), "text/plain; charset=iso-8859-1"))).toBe("äö");
    expect(await seen(look, post("äö", "text/plain; charset=nobody-knows"))).toBe("äö");
    expect(await seen(look, post("äö", "text/plain"))).toBe("äö");
  });

  test("parses bodies as JSON, forms, or either", async () => {
    const look = (r: SaddleRequest): unknown => [r.form(), r.dict()];
    expect(await seen(look, post("a=1&a=2&b=", "application/x-www-form-urlencoded"))).toEqual([
      { a: ["1", "2"], b: "" },
      { a: ["1", "2"], b: "" },
    ]);
    expect(await seen(look, post('{"a":1}', "application/json"))).toEqual([null, { a: 1 }]);
    expect(await seen(look, post("a=1", "text/plain"))).toEqual([null, null]);
    expect(await seen(look)).toEqual([null, null]);
    expect(await seen((r) => [r.json(), r.json() === r.json()], post("[1]", "text/plain"))).toEqual([[1], true]);
  });

  test("tells the client, the transaction and the time", async () => {
    const look = (r: SaddleRequest): unknown => [typeof r.getRemoteAddr(), r.gtxid.startsWith("GTID-"), r.ltxid, r.created > 0, r.host];
    expect(await seen(look, { headers: { Host: "Example.com:81" } })).toEqual(["string", true, 1000, true, "example.com:81"]);
  });

  test("tells the route", async () => {
    const app = new Saddle();
    app.route("/u/<int:id>", { methods: ["GET"], params: { q: "string?" } }, function user(was) {
      return { routable: was.request.routable, routed: was.request.routed?.name, same: was.request.routed === was.request.routedFunction };
    });
    const { request } = await serve(app);
    expect(await (await request("/u/1")).json()).toEqual({
      routable: { methods: ["GET"], args: ["id", "q"], urlargs: ["id"] },
      routed: "user",
      same: true,
    });
  });

  test("keeps what hooks hand on in was.g", async () => {
    const app = new Saddle();
    app.beforeRequest((was) => void (was.g["user"] = "hans"));
    app.route("/x", (was) => [was.g["user"], was.g["constructor"] ?? "bare"]);
    const { request } = await serve(app);
    expect(await (await request("/x")).json()).toEqual(["hans", "bare"]);
  });

  test("tells itself in the variables of CGI, and nothing of the process", async () => {
    const app = new Saddle();
    app.route("/x", (was) => was.env);
    const { request } = await serve(app, "memory", { mounts: [["/m", app]] });
    const env = (await (
      await request("/m/x?a=1", {
        method: "POST",
        body: "b",
        headers: { "Content-Type": "text/plain", "User-Agent": "t", Proxy: "http://evil" },
      })
    ).json()) as Record<string, string>;
    expect(env).toMatchObject({
      REQUEST_METHOD: "POST",
      SCRIPT_NAME: "/m",
      PATH_INFO: "/x",
      QUERY_STRING: "a=1",
      REQUEST_URI: "/m/x?a=1",
      SERVER_PROTOCOL: "HTTP/1.1",
      CONTENT_TYPE: "text/plain",
      HTTP_USER_AGENT: "t",
      REQUEST_SCHEME: "http",
    });
    expect(env).not.toHaveProperty("HTTP_PROXY");
    expect(env).not.toHaveProperty("PATH");
  });
});

describe.each(ways)("request bodies (%s)", (way) => {
  test("are refused beyond the limit of the app", async () => {
    const app = new Saddle();
    app.config.maxPostBodySize = "1kb";
    app.route("/x", (was) => was.request.body.length);
    const { request } = await serve(app, way);
    const sent = async (body: RequestInit["body"]): Promise<unknown> => {
      const response = await request("/x", { method: "POST", body: body ?? null, duplex: "half" });
      return response.status === 200 ? response.json() : response.status;
    };
    expect(await sent("a".repeat(1024))).toBe(1024);
    expect(await sent("a".repeat(1025))).toBe(413);
    const chunks = (count: number): ReadableStream =>
      Readable.toWeb(Readable.from(Array.from({ length: count }, () => Buffer.alloc(512)))) as ReadableStream;
    expect(await sent(chunks(2))).toBe(1024);
    expect(await sent(chunks(3))).toBe(413);
  });

  test("are limited by one number for all kinds where the app says so", async () => {
    const app = new Saddle();
    app.maxClientBodySize = 10;
    app.route("/x", (was) => was.request.body.length);
    const { request } = await serve(app, way);
    expect((await request("/x", { method: "POST", body: "a".repeat(11) })).status).toBe(413);
    expect((await request("/x", { method: "POST", body: "a".repeat(10) })).status).toBe(200);
  });

  test("reach a streaming route as they arrive, up to the limit", async () => {
    const app = new Saddle();
    app.config.maxPostBodySize = "1kb";
    app.route("/x", { methods: ["POST"], body: "stream" }, async (was) => (await text(was.request.stream)).length);
    const { request } = await serve(app, way);
    const parts = (count: number): RequestInit => ({
      method: "POST",
      body: Readable.toWeb(Readable.from(Array.from({ length: count }, () => Buffer.alloc(512)))),
      duplex: "half",
    });
    expect(await (await request("/x", { method: "POST", body: "abc" })).json()).toBe(3);
    expect(await (await request("/x", parts(2))).json()).toBe(1024);
    expect((await request("/x", parts(3))).status).toBe(413);
    expect((await request("/x", { method: "POST", body: "a".repeat(2000) })).status).toBe(413);
  });

  test("of a streaming route are not collected, and say so", async () => {
    const app = new Saddle();
    app.route("/x", { body: "stream" }, (was) => {
      try {
        return was.request.body;
      } catch (error) {
        return (error as Error).message;
      }
    });
    const { request } = await serve(app, way);
    expect(await (await request("/x", { method: "POST", body: "abc" })).text()).toContain('the route /x has the option body: "stream"');
  });

  test("that are forms too long for memory are left to be read as a stream", async () => {
    const app = new Saddle();
    app.config.maxCacheSize = 100;
    app.route("/x", async (was) => {
      try {
        return { collected: was.request.body.length };
      } catch (error) {
        return { code: (error as { code: string }).code, streamed: (await text(was.request.stream)).length };
      }
    });
    const { request } = await serve(app, way);
    const multipart = (size: number): RequestInit => ({
      method: "POST",
      body: "x".repeat(size),
      headers: { "Content-Type": "multipart/form-data; boundary=b" },
    });
    expect(await (await request("/x", multipart(100))).json()).toEqual({ collected: 100 });
    expect(await (await request("/x", multipart(101))).json()).toEqual({ code: "SKITAI_SADDLE_BODY_NOT_COLLECTED", streamed: 101 });
  });

  test("that were collected can be read as a stream, too", async () => {
    const app = new Saddle();
    app.route("/x", async (was) => was.request.text() + (await text(was.request.stream)));
    const { request } = await serve(app, way);
    expect(await (await request("/x", { method: "POST", body: "abc" })).text()).toBe("abcabc");
    expect(await (await request("/x")).text()).toBe("");
  });

  test("in gzip arrive decompressed", async () => {
    const app = new Saddle();
    app.route("/x", (was) => was.request.args);
    const { request } = await serve(app, way);
    const zipped = new Blob(["a=1"]).stream().pipeThrough(new CompressionStream("gzip"));
    const body = await new Response(zipped).arrayBuffer();
    const headers = { "Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip" };
    expect(await (await request("/x", { method: "POST", body, headers })).json()).toEqual({ a: "1" });
  });
});

describe("a client that asks before it sends a body", () => {
  /** Sends a head with `Expect: 100-continue`, and the body once it may. */
  const ask = (port: number, path: string, body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let got = "";
      const socket = connectTcp(port, "127.0.0.1", () => {
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`,
        );
      });
      socket.on("data", (chunk) => {
        const first = got === "";
        got += String(chunk);
        if (first && got.startsWith("HTTP/1.1 100")) socket.write(body);
      });
      socket.on("end", () =>
        resolve(
          got
            .split("\r\n")
            .filter((line) => line.startsWith("HTTP/"))
            .join(" "),
        ),
      );
      socket.on("error", reject);
    });

  test("is told to go on only where its body will be read", async () => {
    const app = new Saddle();
    app.config.maxPostBodySize = 10;
    app.route("/x", { methods: ["POST"] }, (was) => was.request.text());
    app.route("/get", { methods: ["GET"] }, () => "");
    app.route("/stream", { body: "stream" }, async (was) => await text(was.request.stream));
    app.route("/unread", { body: "stream" }, () => "unread");
    const { engine } = await serve(app);
    const { port } = await engine.listen({ port: 0 });
    expect(await ask(port, "/x", "hello")).toBe("HTTP/1.1 100 Continue HTTP/1.1 200 OK");
    expect(await ask(port, "/stream", "hello")).toBe("HTTP/1.1 100 Continue HTTP/1.1 200 OK");
    expect(await ask(port, "/x", "hello world")).toBe("HTTP/1.1 413 Payload Too Large");
    expect(await ask(port, "/get", "hello")).toBe("HTTP/1.1 405 Method Not Allowed");
    expect(await ask(port, "/none", "hello")).toBe("HTTP/1.1 404 Not Found");
    expect(await ask(port, "/unread", "hello")).toBe("HTTP/1.1 200 OK");
  });
});

describe("a body that breaks off", () => {
  test("fails a streaming handler's reading", async () => {
    const app = new Saddle();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    app.route("/x", { body: "stream" }, async (was) => {
      await text(was.request.stream).catch(resolve);
      return "";
    });
    const { engine } = await serve(app);
    const { port } = await engine.listen({ port: 0 });
    const socket = connectTcp(port, "127.0.0.1", () => {
      socket.write("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello", () => socket.destroy());
    });
    expect(await promise).toMatchObject({ code: "SKITAI_REACTOR_BODY_ABORTED" });
  });

  test("does not reach a collecting handler", async () => {
    const app = new Saddle();
    let called = false;
    app.route("/x", () => String((called = true)));
    const { engine, request } = await serve(app);
    const { port } = await engine.listen({ port: 0 });
    await new Promise<void>((resolve) => {
      const socket = connectTcp(port, "127.0.0.1", () => {
        socket.write("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello", () => socket.destroy());
      });
      socket.on("close", () => resolve());
    });
    expect((await request("/none")).status).toBe(404);
    expect(called).toBe(false);
  });
});

describe("over HTTP/2", () => {
  test("the request looks the same", async () => {
    const app = new Saddle();
    app.route("/x/<name>", (was, { name }) => [
      was.request.version,
      was.request.host,
      name,
      was.request.args,
      was.request.getHeader("x-one"),
      was.env["HTTP_X_ONE"],
    ]);
    const { engine } = await serve(app);
    const { port } = await engine.listen({ port: 0 });
    const client = connect(`http://127.0.0.1:${port}`);
    const stream = client.request({ ":method": "POST", ":path": "/x/a?b=1", "content-type": "application/json", "x-one": "1" });
    stream.end('{"c":2}');
    expect(JSON.parse(await text(stream))).toEqual(["2.0", `127.0.0.1:${port}`, "a", { name: "a", b: "1", c: 2 }, "1", "1"]);
    await new Promise<void>((resolve) => void client.close(resolve));
  });
});

describe("header values and URIs", () => {
  test.each([
    ["text/html", "text/html", {}],
    ["text/html; charset=utf-8", "text/html", { charset: "utf-8" }],
    ['form-data; Name="a;b\\"c"; filename=x', "form-data", { name: 'a;b"c', filename: "x" }],
    ["a; b; c=", "a", { b: "", c: "" }],
    ["a; b=1; b=2", "a", { b: "1" }],
    ['a; b="unclosed', "a", {}],
    ["; x=1", "", { x: "1" }],
  ])("%s is taken apart", (header, value, attributes) => {
    const [first, rest] = parseHeaderValue(header);
    expect([first, { ...rest }]).toEqual([value, attributes]);
  });

  test.each(["a/b; c=", "a/b; c", "a/b; ", 'a/b; c="'])("%s and very many blanks cost no more than their length", (start) => {
    const before = performance.now();
    expect(parseHeaderValue(`${start}${" ".repeat(60_000)}"x`)[0]).toBe("a/b");
    expect(performance.now() - before).toBeLessThan(200);
  });

  test.each([
    ["/a", ["/a", null, null, null]],
    ["/a;v=1?b=2#c", ["/a", ";v=1", "?b=2", "#c"]],
    ["/a?b=1;c#", ["/a", null, "?b=1;c", "#"]],
    ["", ["", null, null, null]],
  ])("%s is split", (uri, parts) => {
    expect(splitUri(uri)).toEqual(parts);
  });
});
