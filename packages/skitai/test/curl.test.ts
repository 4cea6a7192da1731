import { readFileSync } from "node:fs";
import { connect, type ClientHttp2Session } from "node:http2";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curl, runCurl, withoutCurl } from "./support/curl.ts";
import { runProgram } from "../../reactor/test/support/program.ts";
import { startSite, type Site } from "./support/site.ts";
import { lacks } from "../../reactor/test/support/tool.ts";

let site: Site;
let plain = "";
let secure = "";

beforeAll(async () => {
  site = await startSite();
  plain = `http://127.0.0.1:${site.port}`;
  secure = `https://localhost:${site.tlsPort}`;
});
afterAll(() => site[Symbol.asyncDispose]());

const trusting = (): string[] => ["--cacert", site.certificate];

describe.skipIf(withoutCurl)("curl is answered", () => {
  test("over TLS by HTTP/2, which ALPN chose", async () => {
    const { version, status, text: body } = await curl([...trusting(), `${secure}/`]);
    expect([version, status, body]).toEqual(["2", 200, "GET by HTTP/2.0 over https"]);
  });

  test("over TLS by HTTP/1.1, where it offers nothing else", async () => {
    const { version, text: body } = await curl([...trusting(), "--http1.1", `${secure}/`]);
    expect([version, body]).toEqual(["1.1", "GET by HTTP/1.1 over https"]);
  });

  test("over TLS without ALPN by HTTP/1.1", async () => {
    const { version, text: body } = await curl([...trusting(), "--no-alpn", `${secure}/`]);
    expect([version, body]).toEqual(["1.1", "GET by HTTP/1.1 over https"]);
  });

  test("by HTTP/1.1", async () => {
    const { version, text: body } = await curl(["--http1.1", `${plain}/`]);
    expect([version, body]).toEqual(["1.1", "GET by HTTP/1.1 over http"]);
  });

  test("by HTTP/2 without TLS, with prior knowledge on the same port", async () => {
    const { version, text: body } = await curl(["--http2-prior-knowledge", `${plain}/`]);
    expect([version, body]).toEqual(["2", "GET by HTTP/2.0 over http"]);
  });

  test("by HTTP/1.1 where it asks for Upgrade: h2c, which HTTP/2 no longer has", async () => {
    const { version, interim, text: body } = await curl(["--http2", `${plain}/`]);
    expect([version, interim, body]).toEqual(["1.1", [], "GET by HTTP/1.1 over http"]);
  });

  test("where a body comes with Upgrade: h2c", async () => {
    const { status, text: body } = await curl(["--http2", "--data", "hello", `${plain}/length`]);
    expect([status, body]).toEqual([200, "got 5 bytes"]);
  });

  // curl 7.88 cannot use a connection of --http2-prior-knowledge twice.
  test.each([
    ["HTTP/1.1", () => ["--http1.1", plain]],
    ["HTTP/1.1 with Upgrade: h2c", () => ["--http2", plain]],
    ["HTTP/2 over TLS", () => [...trusting(), secure]],
  ])("several times on one connection by %s", async (_, how) => {
    const args = how();
    const origin = args.pop()!;
    const { out } = await runCurl([
      ...args,
      "--fail",
      "--write-out",
      " %{num_connects}\n",
      `${origin}/style.css`,
      `${origin}/short`,
      `${origin}/style.css`,
    ]);
    expect(String(out)).toBe("body { color: black }\n 1\ntoo short to be worth it 0\nbody { color: black }\n 0\n");
  });

  test("by HTTP/1.0, whose connection ends with the answer", async () => {
    const { out } = await runCurl(["--http1.0", "--write-out", "\n%{http_code} %{num_connects}\n", `${plain}/`, `${plain}/`]);
    expect(String(out)).toBe("GET by HTTP/1.0 over http\n200 1\n".repeat(2));
  });

  test("by HTTP/1.0 with keep-alive, as often as it likes", async () => {
    const { out } = await runCurl([
      "--http1.0",
      "--header",
      "Connection: keep-alive",
      "--write-out",
      "\n%{http_code} %{num_connects}\n",
      `${plain}/`,
      `${plain}/`,
    ]);
    expect(String(out)).toBe("GET by HTTP/1.0 over http\n200 1\nGET by HTTP/1.0 over http\n200 0\n");
  });

  test("by HTTP/1.0 with a stream, without chunks", async () => {
    const { headers, text: body } = await curl(["--http1.0", "--raw", `${plain}/stream`]);
    expect([headers.get("transfer-encoding"), body]).toEqual([null, "line 0\nline 1\nline 2\nline 3\nline 4\n"]);
  });
});

describe.skipIf(withoutCurl)("curl gets", () => {
  test.each([
    ["HTTP/1.1", () => ["--http1.1", `${plain}/hint`]],
    ["HTTP/2, where it refuses pushes", () => ["--http2-prior-knowledge", `${plain}/hint`]],
    ["HTTP/2 over TLS", () => [...trusting(), `${secure}/hint`]],
  ])("103 Early Hints by %s", async (_, args) => {
    const { interim, status, text: body } = await curl(args());
    expect(interim.map((head) => [head.status, head.headers.get("link")])).toEqual([
      [103, "</style.css>; rel=preload; as=style"],
      [103, "</data>; rel=preload; as=fetch; crossorigin"],
    ]);
    expect([status, body]).toEqual([200, "page"]);
  });

  test.each([
    ["HTTP/1.1", () => ["--http1.1", `${plain}/cookies`]],
    ["HTTP/2", () => ["--http2-prior-knowledge", `${plain}/cookies`]],
  ])("thirty cookies by %s, each by itself", async (_, args) => {
    const jar = `${site.scratch}/jar`;
    const { headers } = await curl(["--cookie-jar", jar, ...args()]);
    expect(headers.getSetCookie()).toEqual(Array.from({ length: 30 }, (_item, at) => `c${at}=${at}; Path=/`));
    expect(readFileSync(jar, "utf8").match(/^127\.0\.0\.1\t.*$/gm)).toHaveLength(30);
  });

  test.each([
    ["HTTP/1.1", () => ["--http1.1", plain]],
    ["HTTP/2", () => [...trusting(), secure]],
  ])("308 with the query kept by %s, and follows it", async (_, how) => {
    const args = how();
    const url = `${args.pop()!}/sub?a=1&b=%20c`;
    const { status, headers } = await curl([...args, url]);
    expect([status, headers.get("location")]).toEqual([308, "/sub/?a=1&b=%20c"]);
    const { out } = await runCurl([...args, "--location", url]);
    expect(String(out)).toBe("below /sub");
  });
});

describe("a client that takes pushes", () => {
  test.each([
    ["without TLS", () => connect(plain)],
    ["over TLS", () => connect(secure, { ca: readFileSync(site.certificate) })],
  ])("gets what is hinted at, %s", async (_, open) => {
    const session: ClientHttp2Session = open();
    const pushed: Promise<[path: unknown, body: string]>[] = [];
    session.on("stream", (stream, headers) => pushed.push(text(stream).then((body) => [headers[":path"], body])));
    const stream = session.request({ ":path": "/hint" });
    let hints = 0;
    stream.on("headers", () => hints++);
    expect(await text(stream)).toBe("page");
    const [style, data] = await Promise.all(pushed);
    expect(style).toEqual(["/style.css", "body { color: black }\n"]);
    expect([data![0], JSON.parse(data![1])]).toEqual(["/data", expect.arrayContaining([{ id: 0, name: "number 0" }])]);
    expect(hints).toBe(0);
    session.close();
  });

  test.skipIf(lacks("nghttp", "Install Debian's package nghttp2-client."))("is nghttp, too", async () => {
    const { out } = await runProgram("nghttp", ["--null-out", "--verbose", `${plain}/hint`]);
    expect(out.match(/recv PUSH_PROMISE frame/g)).toHaveLength(2);
    expect(out).toMatch(/:path: \/style\.css/);
    expect(out.match(/recv \(stream_id=\d*[02468]\) :status: 200/g)).toHaveLength(2);
    expect(out).not.toContain("RST_STREAM");
  });
});
