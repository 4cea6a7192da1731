import { once } from "node:events";
import { promisify } from "node:util";
import { brotliCompressSync, deflateRawSync, deflateSync, gzip, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { serve, type Served } from "./support/serve.ts";

const answering = (headers: Record<string, string>, body: string | Buffer, status = 200): Promise<Served> =>
  serve((_, res) => void res.writeHead(status, headers).end(body));

describe("the content of an answer", () => {
  const text = "hello, ".repeat(100);
  test.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["br", brotliCompressSync(text)],
    ["zstd", zstdCompressSync(text)],
    ["identity", Buffer.from(text)],
    ["deflate, gzip", gzipSync(deflateSync(text))],
  ])("in the coding %s is undone", async (encoding, body) => {
    await using server = await answering({ "Content-Encoding": encoding, "Content-Type": "text/plain" }, body);
    const client = clientOf();
    expect((await client.get(server.url)).text).toBe(text);
    const { stream } = await client.get(server.url, { stream: true });
    expect((await stream!.setEncoding("utf8").toArray()).join("")).toBe(text);
  });

  test("stays as it is in a coding that is not known", async () => {
    await using server = await answering({ "Content-Encoding": "sdch" }, "x");
    expect((await clientOf().get(server.url)).text).toBe("x");
  });

  test.each(["gzip", "br", "zstd", "deflate"])("that says %s and is not ends in 709", async (encoding) => {
    await using server = await answering({ "Content-Encoding": encoding }, "plain text");
    const client = clientOf();
    expect(await client.get(server.url)).toMatchObject({ status: 2, statusCode: 709, error: { code: "SKITAI_AQUESTS_BAD_CONTENT" } });
  });

  test.each([
    ["gzip", gzipSync(Buffer.alloc(50_000_000))],
    ["br", brotliCompressSync(Buffer.alloc(50_000_000))],
    ["zstd", zstdCompressSync(Buffer.alloc(50_000_000))],
    ["gzip, gzip", gzipSync(gzipSync(Buffer.alloc(50_000_000)))],
  ])("that grows without measure out of %s ends in 719", async (encoding, bomb) => {
    await using server = await answering({ "Content-Encoding": encoding }, bomb);
    const rs = await clientOf({ maxSize: "1mb" }).get(server.url);
    expect(rs).toMatchObject({ status: 2, statusCode: 719, error: { code: "SKITAI_AQUESTS_TOO_LARGE" } });
  });

  test("in more codings than make sense ends in 709", async () => {
    await using server = await answering({ "Content-Encoding": Array(20).fill("gzip").join(", ") }, gzipSync("x"));
    expect(await clientOf().get(server.url)).toMatchObject({ statusCode: 709 });
  });

  test("larger than allowed ends in 719, by its length or by what arrives, and the next request is answered", async () => {
    await using server = await serve((req, res) => {
      if (req.url === "/said") res.setHeader("Content-Length", 2000);
      res.end("x".repeat(req.url === "/small" ? 10 : 2000));
    });
    const client = clientOf({ maxSize: 1000, connections: 1 });
    for (const path of ["/said", "/"]) expect(await client.get(server.url + path)).toMatchObject({ status: 2, statusCode: 719 });
    expect(await client.get(`${server.url}/small`)).toMatchObject({ status: 3, text: "x".repeat(10) });
    expect(await client.get(server.url, { maxSize: "2kb" })).toMatchObject({ status: 3 });
  });
});

describe("data", () => {
  test.each(["application/json", "application/json; charset=utf-8", "application/problem+json", "text/json"])(
    "of %s is parsed",
    async (type) => {
      await using server = await answering({ "Content-Type": type }, '\ufeff{"a":1}');
      expect((await clientOf().get(server.url)).data).toEqual({ a: 1 });
    },
  );

  test("of a success that claims to be JSON and is not ends in 709", async () => {
    await using server = await answering({ "Content-Type": "application/json" }, "<html>");
    const rs = await clientOf().get(server.url);
    expect(rs).toMatchObject({ status: 2, statusCode: 709, data: null, error: { code: "SKITAI_AQUESTS_BAD_CONTENT" } });
  });

  test("of an error that claims to be JSON and is not is bytes", async () => {
    await using server = await answering({ "Content-Type": "application/json" }, "<html>", 502);
    const rs = await clientOf().get(server.url);
    expect(rs).toMatchObject({ status: 3, statusCode: 502, data: Buffer.from("<html>") });
  });

  test.each([["text/html"], ["application/octet-stream"], [undefined]])("of %s is bytes", async (type) => {
    await using server = await answering(type === undefined ? {} : { "Content-Type": type }, "text");
    expect((await clientOf().get(server.url)).data).toEqual(Buffer.from("text"));
  });

  test("of an empty answer is empty, whatever it claims", async () => {
    await using server = await answering({ "Content-Type": "application/json" }, "");
    expect((await clientOf().get(server.url)).data).toEqual(Buffer.alloc(0));
  });

  test("of getXml is text in the charset of the answer", async () => {
    await using server = await answering({ "Content-Type": "text/xml; charset=euc-kr" }, Buffer.from([0x3c, 0xb0, 0xa1, 0x2f, 0x3e]));
    expect((await clientOf().getXml(server.url)).data).toBe("<가/>");
  });
});

describe("an answer of a type", () => {
  test("that was not asked for ends in 718", async () => {
    await using server = await answering({ "Content-Type": "text/html" }, "<p>");
    const client = clientOf();
    const refused = { status: 2, statusCode: 718, error: { code: "SKITAI_AQUESTS_UNACCEPTABLE" } };
    expect(await client.getJson(server.url)).toMatchObject(refused);
    expect(await client.get(server.url, { headers: { Accept: "image/*, text/html;q=0" } })).toMatchObject(refused);
    expect(await client.get(server.url, { headers: { Accept: "text/*" } })).toMatchObject({ status: 3 });
    expect(await client.get(server.url)).toMatchObject({ status: 3 });
  });

  test("more special than the one asked for is taken", async () => {
    await using server = await answering({ "Content-Type": "application/hal+json; charset=utf-8" }, "{}");
    expect(await clientOf().getJson(server.url)).toMatchObject({ status: 3, data: {} });
  });

  test("that was not asked for is shown where it tells of an error", async () => {
    await using server = await answering({ "Content-Type": "text/html" }, "<p>", 404);
    expect(await clientOf().getJson(server.url)).toMatchObject({ status: 3, statusCode: 404 });
  });
});

describe("headers of an answer", () => {
  test("of one name are joined, cookies are a list", async () => {
    await using server = await serve((_, res) => {
      res.setHeader("X-List", ["a", "b"]);
      res.setHeader("Set-Cookie", ["a=1", "b=2"]);
      res.end();
    });
    const rs = await clientOf().get(server.url);
    expect(rs.headers).toMatchObject({ "x-list": "a, b", "set-cookie": ["a=1", "b=2"] });
    expect(rs.getHeader("X-LIST")).toBe("a, b");
  });

  test("may be early hints first", async () => {
    await using server = await serve((_, res) => {
      res.writeEarlyHints({ link: "</style.css>; rel=preload" });
      res.end("hello");
    });
    expect(await clientOf().get(server.url)).toMatchObject({ statusCode: 200, text: "hello" });
  });
});

describe("a body that is handed over as it arrives", () => {
  test("is read no faster than it is taken", async () => {
    let sent = 0;
    await using server = await serve((_, res) => {
      const more = (): void => {
        while (sent < 2_000) if (!(sent++, res.write(Buffer.alloc(65_536)))) return;
        res.end();
      };
      res.on("drain", more);
      more();
    });
    const rs = await clientOf().get(server.url, { stream: true });
    expect(rs).toMatchObject({ status: 3, statusCode: 200 });
    expect(rs.content).toHaveLength(0);
    await once(rs.stream!, "readable");
    // Nothing is read now: what is under way is what the buffers of both sides and of the system hold.
    let before = -1;
    await eventually(() => before === (before = sent));
    expect(sent).toBeLessThan(1_000);
    let size = 0;
    for await (const chunk of rs.stream!) size += (chunk as Buffer).length;
    expect(size).toBe(2_000 * 65_536);
  });

  test("that nobody wants any longer frees its connection", async () => {
    let closed = 0;
    await using server = await serve((_, res) => {
      res.once("close", () => closed++);
      res.write("begun");
    });
    const client = clientOf({ connections: 1 });
    const rs = await client.get(server.url, { stream: true });
    rs.stream!.destroy();
    await eventually(() => closed === 1);
    expect(await client.get(server.url, { stream: true })).toMatchObject({ status: 3 });
  });

  test("ends with the error of its connection", async () => {
    await using server = await serve((_, res) => {
      res.writeHead(200, { "Content-Length": 100 });
      res.write("begun", () => res.destroy());
    });
    const { stream } = await clientOf().get(server.url, { stream: true });
    await expect(stream!.toArray()).rejects.toMatchObject({ code: expect.stringMatching(/^SKITAI_AQUESTS_(BAD_ANSWER|DISCONNECTED)$/) });
  });

  test("ends when the server says nothing more for as long as the call may take", async () => {
    await using server = await serve((_, res) => void res.write("begun"));
    const { stream } = await clientOf().get(server.url, { stream: true, timeout: 50 });
    await expect(stream!.toArray()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_TIMEOUT" });
  });

  test("in a broken coding ends with an error that says so", async () => {
    const body = (await promisify(gzip)(Buffer.alloc(100_000, "abc"))).fill(0, 60);
    await using server = await answering({ "Content-Encoding": "gzip" }, body);
    const { stream } = await clientOf().get(server.url, { stream: true });
    await expect(stream!.toArray()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_BAD_CONTENT" });
  });

  test("may be larger than what is read into memory", async () => {
    await using server = await answering({}, Buffer.alloc(5_000));
    const { stream } = await clientOf({ maxSize: 1_000 }).get(server.url, { stream: true });
    expect(Buffer.concat(await stream!.toArray())).toHaveLength(5_000);
  });
});
