import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine } from "../src/index.ts";
import { readBody } from "../src/request/body.ts";
import { echoApp, textApp, uploadApp } from "./support/app.ts";
import { exchange } from "./support/exchange.ts";

const engine = new Engine({
  requestLog: false,
  requestTimeout: 400,
  bodyTimeout: 1_500,
  maxHeaderSize: "16kb",
  maxHeaders: 100,
  maxUrlSize: "4kb",
  maxPostBodySize: "64kb",
});
let port = 0;

beforeAll(async () => {
  engine.mount("/", echoApp());
  engine.mount("/upload", uploadApp(65_536), { name: "upload" });
  engine.mount("/", new URL("./support", import.meta.url).pathname);
  engine.mount(
    "/foreign",
    (req: { resume(): void; on(event: string, listener: () => void): void }, res: { end(text: string): void }) => {
      req.resume();
      req.on("end", () => res.end("foreign"));
    },
    { name: "foreign" },
  );
  engine.mount(
    "/large",
    textApp(() => "x".repeat(20_000_000)),
    { name: "large" },
  );
  engine.mount(
    "/host",
    textApp((was) => `${was.host} ${was.req.headers.host}`),
    { name: "host" },
  );
  engine.mount(
    "/late",
    textApp(
      async (was) => {
        await wait(900);
        return `got ${(await readBody(was, 1_000_000)).length} bytes`;
      },
      { answersExpect: true },
    ),
    { name: "late" },
  );
  ({ port } = await engine.listen({ port: 0 }));
});

afterAll(() => engine.close({ timeout: 200 }));

/** The server still serves, whatever was done to it. */
const lives = async (): Promise<void> => {
  const { statuses } = await exchange(port, "GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect(statuses).toEqual([200]);
};

const connections = (): number => (engine.status("server")["server"] as { connections: number }).connections;

const head = (lines: string, target = "/"): string => `GET ${target} HTTP/1.1\r\n${lines}\r\n\r\n`;
const post = (lines: string, body = "", target = "/upload/"): string => `POST ${target} HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${body}`;

describe("what is no request is answered 400 and closed", () => {
  test.each([
    ["an empty method", " / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["a lower-case method", "get / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["no version", "GET /\r\n\r\n"],
    ["an unknown version", "GET / HTTP/9.9\r\nHost: a\r\n\r\n"],
    ["a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"],
    ["a blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["NUL in the target", "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["TLS on a plain port", Buffer.from("16030100a5010000a10303", "hex")],
    ["binary noise", Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x02, 0x0a, 0x0d])],
    ["no Host", "GET / HTTP/1.1\r\n\r\n"],
    ["two Hosts", head("Host: a\r\nHost: b")],
    ["a Host with a blank", head("Host: a b")],
    ["a Host with a path", head("Host: a/b")],
    ["a Host with a user", head("Host: u@a")],
    ["a Host beyond ASCII", head("Host: \xff")],
    ["a header without a colon", head("Host: a\r\nbad")],
    ["a header with an empty name", head("Host: a\r\n: x")],
    ["a blank before the colon", head("Host: a\r\nX-A : b")],
    ["a folded header", head("Host: a\r\nX-A: b\r\n c")],
    ["NUL in a header", head("Host: a\r\nX-A: b\0c")],
    ["CR in a header", head("Host: a\r\nX-A: b\rc: d")],
    ["bare LF between lines", "GET / HTTP/1.1\nHost: a\n\n"],
    ["bare LF in a header", head("Host: a\nX-A: b")],
    ["two different Content-Lengths", post("Content-Length: 3\r\nContent-Length: 4", "abcd")],
    ["two equal Content-Lengths", post("Content-Length: 3\r\nContent-Length: 3", "abc")],
    ["a list as Content-Length", post("Content-Length: 3, 3", "abc")],
    ["a negative Content-Length", post("Content-Length: -1", "abc")],
    ["a Content-Length with a sign", post("Content-Length: +3", "abc")],
    ["a hexadecimal Content-Length", post("Content-Length: 0x3", "abc")],
    ["a Content-Length beyond all numbers", post("Content-Length: 99999999999999999999999", "abc")],
    ["Content-Length beside Transfer-Encoding", post("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n")],
    ["Transfer-Encoding beside Content-Length", post("Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n")],
    ["a coding after chunked", post("Transfer-Encoding: chunked, identity", "0\r\n\r\n")],
    ["a coding that is not chunked", post("Transfer-Encoding: gzip", "0\r\n\r\n")],
    ["an obscured coding", post("Transfer-Encoding: xchunked", "0\r\n\r\n")],
    ["a chunk size that is none", post("Transfer-Encoding: chunked", "xyz\r\nabc\r\n0\r\n\r\n")],
    ["a chunk size with a sign", post("Transfer-Encoding: chunked", "+3\r\nabc\r\n0\r\n\r\n")],
    ["a chunk size beyond all numbers", post("Transfer-Encoding: chunked", "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n")],
    ["a chunk longer than its size", post("Transfer-Encoding: chunked", "3\r\nabcdef\r\n0\r\n\r\n")],
    ["a chunk that ends in a bare LF", post("Transfer-Encoding: chunked", "3\nabc\n0\n\n")],
  ])("%s", async (_, bytes) => {
    const { statuses, closed } = await exchange(port, bytes, { halfClose: typeof bytes !== "string" });
    expect(closed).toBe(true);
    expect(statuses.filter((status) => status !== 400)).toEqual([]);
    await lives();
  });
});

describe("hidden second requests are never answered", () => {
  test.each([
    ["CL.TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n")],
    ["TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4", "5c\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n0\r\n\r\n")],
    ["TE.TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n")],
    ["tab before chunked", post("Transfer-Encoding:\x0bchunked", "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n")],
  ])("%s", async (_, bytes) => {
    const { text, statuses } = await exchange(port, bytes);
    expect(text).not.toContain("/hidden");
    expect(statuses.filter((status) => status < 400)).toEqual([]);
    await lives();
  });
});

describe("limits", () => {
  test("a long target is 414", async () => {
    const { statuses } = await exchange(port, head("Host: a\r\nConnection: close", `/${"a".repeat(5_000)}`));
    expect(statuses).toEqual([414]);
  });

  test("a head beyond the size is 431", async () => {
    const { statuses, closed } = await exchange(port, head(`Host: a\r\nX-A: ${"b".repeat(20_000)}`));
    expect([statuses, closed]).toEqual([[431], true]);
  });

  test.each([
    [100, 200],
    [101, 431],
    [300, 431],
    [1_000, 431],
  ])("%i headers are answered %i", async (count, status) => {
    const lines = ["Host: a", "Connection: close", ...Array.from({ length: count - 2 }, (_, at) => `X-${at}: 1`)];
    const { statuses, closed } = await exchange(port, head(lines.join("\r\n")));
    expect([statuses, closed]).toEqual([[status], true]);
  });

  test("an HTTP/1.0 POST without a length is 411", async () => {
    const { statuses } = await exchange(port, "POST /upload/ HTTP/1.0\r\n\r\nabc");
    expect(statuses).toEqual([411]);
  });

  test.each(["/upload/", "/foreign/"])("a body announced as too large for %s is 413 before it is sent", async (target) => {
    const { statuses } = await exchange(port, post("Content-Length: 70000\r\nConnection: close", "abc", target));
    expect(statuses).toEqual([413]);
  });

  test.each(["/upload/", "/foreign/"])("a chunked body that grows too large for %s is 413", async (target) => {
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const { statuses } = await exchange(port, post("Transfer-Encoding: chunked\r\nConnection: close", chunk.repeat(6), target));
    expect(statuses).toEqual([413]);
  });

  test("a body within the limit is read", async () => {
    const { text } = await exchange(port, post("Content-Length: 5\r\nConnection: close", "hello"));
    expect(text).toContain("got 5 bytes");
  });
});

describe("Expect: 100-continue", () => {
  test("is accepted, then the body is read", async () => {
    const { statuses, text } = await exchange(port, post("Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close", "abc"));
    expect(statuses).toEqual([100, 200]);
    expect(text).toContain("got 3 bytes");
  });

  test("is accepted for a foreign app", async () => {
    const { statuses } = await exchange(port, post("Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close", "abc", "/foreign/"));
    expect(statuses).toEqual([100, 200]);
  });

  test.each(["/upload/", "/foreign/"])("is refused with 413 and no 100 when the body would be too large for %s", async (target) => {
    const { statuses } = await exchange(port, post("Expect: 100-continue\r\nContent-Length: 70000\r\nConnection: close", "", target));
    expect(statuses).toEqual([413]);
  });

  test("with another expectation is 417", async () => {
    const { statuses } = await exchange(port, post("Expect: 200-ok\r\nContent-Length: 0\r\nConnection: close"));
    expect(statuses).toEqual([417]);
  });
});

describe("other forms of targets", () => {
  test("an absolute target is served, and its authority counts", async () => {
    const { statuses, text } = await exchange(port, "GET http://b.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(statuses).toEqual([200]);
    expect(text).toContain("GET /x at /");
  });

  test("an absolute target names the host for apps too", async () => {
    const { text } = await exchange(port, "GET http://B.example/host/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(text).toContain("b.example B.example");
  });

  test("OPTIONS * is answered with the methods", async () => {
    const { statuses, text } = await exchange(port, "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(statuses).toEqual([204]);
    expect(text).toMatch(/^allow: GET, HEAD/im);
  });

  test("CONNECT is refused or closed", async () => {
    const { statuses, closed } = await exchange(port, "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n");
    expect(closed).toBe(true);
    expect(statuses.filter((status) => status < 400)).toEqual([]);
    await lives();
  });
});

describe("slow and broken clients", () => {
  test("a head that never ends is cut off with 408", async () => {
    const { statuses, closed } = await exchange(port, "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n");
    expect(closed).toBe(true);
    expect(statuses).toEqual([408]);
  });

  test("a body that stops is cut off with 408", async () => {
    const { statuses, closed } = await exchange(port, post("Content-Length: 10", "abc"));
    expect([statuses, closed]).toEqual([[408], true]);
  });

  test("a client that reads nothing of its answer is cut off, even if it never closes", async () => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.write(head("Host: a", "/large/")));
    socket.pause();
    await expect.poll(connections).toBe(1);
    await expect.poll(connections, { timeout: 5_000 }).toBe(0);
    socket.destroy();
  });

  test.each([
    ["a body", "Content-Length: 500000", "x".repeat(500_000)],
    ["a body that waits for 100 Continue", "Content-Length: 5\r\nExpect: 100-continue", ""],
  ])("a client whose app takes its time to read %s is not cut off", async (_, lines, body) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(post(`${lines}\r\nConnection: close`, body, "/late/")));
    let text = "";
    for await (const chunk of socket.setEncoding("latin1")) {
      text += chunk;
      if (/^HTTP\/1.1 100 Continue\r\n\r\n$/.test(text)) socket.write("hello");
    }
    expect(text).toMatch(/got (500000|5) bytes/);
  });

  test("a connection that says nothing is closed", async () => {
    const { text, closed } = await exchange(port, []);
    expect([text, closed]).toEqual(["", true]);
  });

  test("one that says P and nothing more is closed", async () => {
    const { closed } = await exchange(port, "P");
    expect(closed).toBe(true);
  });

  test("a client that closes its half after the request is answered", async () => {
    const { statuses } = await exchange(port, head("Host: a"), { halfClose: true });
    expect(statuses).toEqual([200]);
  });

  test("uploads that break off leave nothing behind", async () => {
    for (let at = 0; at < 20; at++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const socket = connect(port, "127.0.0.1", () => socket.write(post("Content-Length: 50000", "abc"), () => socket.resetAndDestroy()));
      socket.on("close", () => resolve());
      socket.on("error", () => {});
      await promise;
    }
    await lives();
    await expect.poll(connections, { timeout: 5_000 }).toBe(0);
  });

  test("pipelined requests are answered in order", async () => {
    const { statuses, text } = await exchange(
      port,
      `${head("Host: a", "/1")}${head("Host: a", "/2")}${head("Host: a\r\nConnection: close", "/3")}`,
    );
    expect(statuses).toEqual([200, 200, 200]);
    expect(text.indexOf("/1 at")).toBeLessThan(text.indexOf("/2 at"));
    expect(text.indexOf("/2 at")).toBeLessThan(text.indexOf("/3 at"));
  });
});

describe("paths that try to leave a directory", () => {
  test.each([
    "/../package.json",
    "/%2e%2e/package.json",
    "/%2e%2e%2fpackage.json",
    "/..%5cpackage.json",
    "/..;/package.json",
    "/.%2e/package.json",
    "/a/../../package.json",
    "/..\\package.json",
    "/%c0%ae%c0%ae/package.json",
    "/%252e%252e/package.json",
    "//package.json",
    "/./package.json",
    "/%00/../package.json",
    "/app.ts%00.txt",
  ])("%s reaches no file", async (target) => {
    const { text, statuses } = await exchange(port, head("Host: a\r\nConnection: close", target));
    expect(text).not.toContain('@skitai/reactor"');
    expect(statuses).toHaveLength(1);
    await lives();
  });
});
