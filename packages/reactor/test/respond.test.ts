import { connect, constants } from "node:http2";
import { request } from "node:http";
import { expect, test } from "vitest";
import { respondError } from "../src/response/error-page.ts";
import { respond } from "../src/response/respond.ts";
import { rawClient } from "./support/raw-client.ts";
import { http2Get } from "./support/http2-get.ts";
import { wasServer } from "./support/was-server.ts";

const rawHeadersOf = (url: string, method = "GET"): Promise<string[]> =>
  new Promise((resolve, reject) => {
    request(url, { method }, (res) => {
      res.resume();
      resolve(res.rawHeaders);
    })
      .on("error", reject)
      .end();
  });

test("a string is sent with its length in bytes and with the date", async () => {
  await using server = await wasServer((was) => respond(was, 200, ["Content-Type", "text/plain"], "héllo"));
  const res = await fetch(server.url);
  expect(res.status).toBe(200);
  expect(res.headers.get("content-length")).toBe("6");
  expect(res.headers.get("content-type")).toBe("text/plain");
  expect(res.headers.has("date")).toBe(true);
  expect(res.headers.has("server")).toBe(false);
  expect(await res.text()).toBe("héllo");
});

test("a small answer is one write", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], "hello"));
  const client = await rawClient(server.port);
  const first = new Promise<string>((resolve) => client.socket.once("data", (chunk) => resolve(chunk.toString())));
  client.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await first).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Length: 5\r\n[^]*\r\n\r\nhello$/);
  client.socket.destroy();
});

test("a string or bytes need no promise", async () => {
  const returned: unknown[] = [];
  await using server = await wasServer((was) => {
    returned.push(respond(was, 200, [], was.path === "/bytes" ? new TextEncoder().encode("bytes") : "text"));
  });
  expect(await (await fetch(`${server.url}/bytes`)).text()).toBe("bytes");
  expect(await (await fetch(server.url)).text()).toBe("text");
  expect(returned).toEqual([undefined, undefined]);
});

test("null is an empty body with a length", async () => {
  await using server = await wasServer((was) => respond(was, 201, ["Location", "/1"], null));
  const res = await fetch(server.url);
  expect([res.status, res.headers.get("content-length"), res.headers.get("location")]).toEqual([201, "0", "/1"]);
});

test("the Server header of the settings is sent unless the app has its own", async () => {
  await using server = await wasServer((was) => respond(was, 200, was.path === "/own" ? ["server", "Own"] : [], ""), {
    settings: { server: "Skitai" },
  });
  expect((await fetch(server.url)).headers.get("server")).toBe("Skitai");
  expect((await fetch(`${server.url}/own`)).headers.get("server")).toBe("Own");
});

test("a wrong Content-Length is corrected and Transfer-Encoding is left to the server", async () => {
  await using server = await wasServer((was) => respond(was, 200, ["content-length", "99", "Transfer-Encoding", "chunked"], "four"));
  expect((await rawHeadersOf(server.url)).slice(0, 2)).toEqual(["content-length", "4"]);
  expect(await (await fetch(server.url)).text()).toBe("four");
  expect((await fetch(server.url)).headers.has("transfer-encoding")).toBe(false);
});

test("HEAD gets the headers of GET and no body", async () => {
  await using server = await wasServer((was) => respond(was, 200, ["Content-Type", "text/plain"], "hello"));
  const client = await rawClient(server.port);
  client.socket.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await client.closed;
  const [head, get, body] = client.text().split("\r\n\r\n");
  const lines = (text: string): string[] => text.split("\r\n").filter((line) => !/^(Date|Connection|Keep-Alive):/.test(line));
  expect(lines(head!)).toEqual(lines(get!));
  expect(head).toContain("Content-Length: 5");
  expect(body).toBe("hello");
});

test("a HEAD handler may tell a length without making the body", async () => {
  await using server = await wasServer((was) =>
    respond(was, 200, ["Content-Length", "12345"], was.req.method === "HEAD" ? null : "x".repeat(12_345)),
  );
  expect((await fetch(server.url, { method: "HEAD" })).headers.get("content-length")).toBe("12345");
});

for (const status of [204, 304]) {
  test(`${status} has neither a body nor headers about one`, async () => {
    const before = (_: unknown, res: { setHeader(name: string, value: string): unknown }): void =>
      void res.setHeader("Content-Type", "text/html");
    await using server = await wasServer(
      (was) => respond(was, status, ["Content-Type", "text/plain", "Content-Length", "4", "ETag", '"1"'], "body"),
      { before },
    );
    const client = await rawClient(server.port);
    client.socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.closed;
    expect(client.text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(client.text()).not.toMatch(/content-length|content-type|transfer-encoding/i);
    expect(client.text()).toMatch(/ETag: "1"[^]*\r\n\r\n$/);
  });
}

test("headers that code in front has set are kept, replaced, or added up", async () => {
  await using server = await wasServer(
    (was) =>
      respond(
        was,
        200,
        ["X-Both", "ours", "Set-Cookie", "b=2", "set-cookie", "c=3", "Vary", "Accept, origin", "X-Twice", "1", "x-twice", "2"],
        "hi",
      ),
    {
      before: (_, res) => {
        res.setHeader("X-Front", "front");
        res.setHeader("x-both", "front");
        res.setHeader("Set-Cookie", ["a=1"]);
        res.setHeader("Vary", "Origin");
        res.setHeader("Content-Length", "77");
      },
    },
  );
  const res = await fetch(server.url);
  expect(await res.text()).toBe("hi");
  expect(res.headers.get("x-front")).toBe("front");
  expect(res.headers.get("x-both")).toBe("ours");
  expect(res.headers.getSetCookie()).toEqual(["a=1", "b=2", "c=3"]);
  expect(res.headers.get("vary")?.toLowerCase()).toBe("origin, accept");
  expect(res.headers.get("x-twice")).toBe("1, 2");
});

test("a middleware that wrapped writeHead sees the headers before it is called", async () => {
  const seen: unknown[] = [];
  await using server = await wasServer((was) => respond(was, 202, ["X-Ours", "1"], "hi"), {
    before: (_, res) => {
      const writeHead = res.writeHead.bind(res) as (...head: unknown[]) => never;
      res.writeHead = (...head: unknown[]) => {
        seen.push(res.getHeader("x-ours"), head);
        return writeHead(...head);
      };
    },
  });
  const res = await fetch(server.url);
  expect(res.status).toBe(202);
  expect(seen).toEqual(["1", [202]]);
});

const unsendable: [string, number, string[]][] = [
  ["a name with a blank", 200, ["Bad Name", "x"]],
  ["a value with a line break", 200, ["X-A", "a\r\nX-B: b"]],
  ["a value outside Latin-1", 200, ["X-A", "\u20ac"]],
  ["a name without a value", 200, ["X-A"]],
  ["a status that is no status", 20, []],
];

for (const http2 of [false, true]) {
  for (const [what, status, headers] of unsendable) {
    test(`${what} is refused before anything is sent (${http2 ? "HTTP/2" : "HTTP/1.1"})`, async () => {
      await using server = await wasServer((was) => respond(was, status, [...headers], "hello"), { http2 });
      const res = await (http2 ? http2Get(server.url) : fetch(server.url));
      expect(res.status).toBe(500);
      expect(await server.outcomes[0]).toMatchObject({ code: "SKITAI_REACTOR_BAD_RESPONSE" });
    });
  }
}

test("a second answer is an error and does not disturb the first", async () => {
  await using server = await wasServer((was) => {
    void respond(was, 200, [], "first");
    void respond(was, 200, [], "second");
  });
  expect(await (await fetch(server.url)).text()).toBe("first");
  expect(await server.outcomes[0]).toMatchObject({ code: "SKITAI_REACTOR_BAD_RESPONSE", message: expect.stringContaining("already") });
});

test("what cannot be a body is refused", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], 42 as never));
  expect((await fetch(server.url)).status).toBe(500);
  expect(await server.outcomes[0]).toMatchObject({ code: "SKITAI_REACTOR_BAD_RESPONSE", message: expect.stringContaining('"42"') });
});

test("HTTP/2 gets the same without the headers of HTTP/1.x connections", async () => {
  await using server = await wasServer(
    (was) =>
      respond(
        was,
        200,
        ["Connection", "close", "Keep-Alive", "timeout=5", "Upgrade", "h2c", "Set-Cookie", "a=1", "Set-Cookie", "b=2", "X-A", "1"],
        "hello",
      ),
    { http2: true, before: (_, res) => res.setHeader("Set-Cookie", "z=0"), settings: { server: "Skitai" } },
  );
  const res = await http2Get(server.url);
  expect(await res.text()).toBe("hello");
  expect(Object.fromEntries(res.headers)).toMatchObject({ "content-length": "5", "x-a": "1", server: "Skitai" });
  expect(res.headers.getSetCookie()).toEqual(["z=0", "a=1", "b=2"]);
  for (const name of ["connection", "keep-alive", "upgrade"]) expect(res.headers.has(name)).toBe(false);
});

test("HTTP/2 HEAD has no body", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], "hello"), { http2: true });
  const session = connect(server.url);
  const stream = session.request({ [constants.HTTP2_HEADER_METHOD]: "HEAD" });
  const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
  let size = 0;
  stream.on("data", (chunk: Buffer) => (size += chunk.length));
  await new Promise((resolve) => stream.once("close", resolve));
  session.destroy();
  expect([headers["content-length"], size]).toEqual(["5", 0]);
});

for (const http2 of [false, true]) {
  for (const kind of ["string", "merged", "stream", "long text", "error page"]) {
    test(`a late ${kind} for a client that went away does no harm (${http2 ? "HTTP/2" : "HTTP/1.1"})`, async () => {
      const gone = Promise.withResolvers<void>();
      const reached = Promise.withResolvers<void>();
      let closed = 0;
      await using server = await wasServer(
        async (was) => {
          was.res.once("close", gone.resolve);
          reached.resolve();
          await gone.promise;
          if (kind === "error page") return respondError(was, 404);
          if (kind === "merged") was.res.setHeader("X-A", "1");
          if (kind === "stream") return respond(was, 200, [], { more: () => "piece", close: () => void closed++ });
          return respond(was, 200, ["Content-Type", "text/plain"], kind === "long text" ? "x".repeat(5_000) : "hello");
        },
        { http2 },
      );
      const headers = { "accept-encoding": "gzip" };
      if (http2) {
        const session = connect(server.url);
        session.on("error", () => {});
        session.request({ ":path": "/", ...headers }).on("error", () => {});
        await reached.promise;
        session.destroy();
      } else {
        const asked = request(server.url, { headers }).on("error", () => {});
        asked.end();
        await reached.promise;
        asked.destroy();
      }
      await gone.promise;
      expect(await server.outcomes[0]).toBeUndefined();
      expect([closed, server.lines]).toEqual([kind === "stream" ? 1 : 0, []]);
    });
  }
}
