import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { createReadStream } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { file, type UploadFields } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { bodyOf, json, serve, type Served } from "./support/serve.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "aquests-upload-"));
  await writeFile(join(directory, "hello.txt"), "hello");
});
afterAll(() => rm(directory, { recursive: true }));

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly size: number;
  readonly body: string;
}

const sink = (): Promise<Served> =>
  serve(async (req, res) => {
    const body = await bodyOf(req);
    json(res, { headers: req.headers, size: body.length, body: body.toString("latin1") });
  });

/** What a server reads of a form: a parser that this project did not write. */
const partsOf = async ({ headers, body }: Seen): Promise<[string, string | { name: string; type: string; text: string }][]> => {
  const form = await new Response(Buffer.from(body, "latin1"), { headers: { "content-type": headers["content-type"]! } }).formData();
  return Promise.all(
    Array.from(form, async ([name, value]): Promise<[string, string | { name: string; type: string; text: string }]> => [
      name,
      typeof value === "string" ? value : { name: value.name, type: value.type, text: await value.text() },
    ]),
  );
};

describe("upload", () => {
  test("sends fields and files, which a parser of forms reads back", async () => {
    await using server = await sink();
    const { data } = await clientOf().upload<Seen>(server.url, {
      title: "Möwe",
      n: 1,
      none: undefined,
      tag: ["a", "b"],
      disk: file(join(directory, "hello.txt"), { type: "text/plain" }),
      memory: file(Buffer.from("bytes"), { name: "b.bin" }),
      blob: new File(["blob"], "c.html", { type: "text/html" }),
      raw: Buffer.from("raw"),
    });
    expect(await partsOf(data)).toEqual([
      ["title", "Möwe"],
      ["n", "1"],
      ["tag", "a"],
      ["tag", "b"],
      ["disk", { name: "hello.txt", type: "text/plain", text: "hello" }],
      ["memory", { name: "b.bin", type: "application/octet-stream", text: "bytes" }],
      ["blob", { name: "c.html", type: "text/html", text: "blob" }],
      ["raw", { name: "blob", type: "application/octet-stream", text: "raw" }],
    ]);
    expect(data.headers["content-length"]).toBe(String(data.size));
  });

  test("has no length where that of a stream is not known", async () => {
    await using server = await sink();
    const { data } = await clientOf().upload<Seen>(server.url, { file: createReadStream(join(directory, "hello.txt")) });
    expect(data.headers).toMatchObject({ "transfer-encoding": "chunked" });
    expect(await partsOf(data)).toEqual([["file", { name: "hello.txt", type: "application/octet-stream", text: "hello" }]]);
  });

  test("lets no name or value end its part", async () => {
    await using server = await sink();
    const name = 'a"\r\nb';
    const { data } = await clientOf().upload<Seen>(server.url, { [name]: "1\n2", f: file(Buffer.from("x"), { name: 'q"\n.txt' }) });
    expect(data.body).toContain('name="a%22%0D%0Ab"\r\n\r\n1\r\n2\r\n');
    expect(data.body).toContain('filename="q%22%0A.txt"');
  });

  test("uses another boundary each time", async () => {
    await using server = await sink();
    const client = clientOf();
    const types = await Promise.all([1, 2].map(async () => (await client.upload<Seen>(server.url, { a: 1 })).data.headers["content-type"]));
    expect(types[0]).not.toBe(types[1]);
  });

  test("keeps no file in memory", async () => {
    await using server = await serve((req, res) => {
      let size = 0;
      req.on("data", (chunk: Buffer) => (size += chunk.length)).on("end", () => json(res, { size, length: req.headers["content-length"] }));
    });
    const size = 300 * 1024 * 1024;
    const large = join(directory, "large.bin");
    await writeFile(large, "");
    await truncate(large, size);
    const before = process.memoryUsage.rss();
    const { data } = await clientOf().upload<{ size: number; length: string }>(server.url, { large: file(large) });
    expect(data.size).toBeGreaterThan(size);
    expect(data.length).toBe(String(data.size));
    expect(process.memoryUsage.rss() - before).toBeLessThan(size / 2);
  });

  test("of a file that is not there ends in 731, and nothing is sent", async () => {
    await using server = await sink();
    const rs = await clientOf().upload(server.url, { file: file(join(directory, "none.txt")) });
    expect(rs).toMatchObject({ status: 2, statusCode: 731, error: { code: "SKITAI_AQUESTS_BAD_REQUEST" } });
    expect(server.requests).toHaveLength(0);
  });

  test.each<[string, UploadFields]>([
    ["an object", { a: {} as never }],
    ["a type with a line end", { a: file(Buffer.from(""), { type: "a\r\nb" }) }],
  ])("refuses %s", (_, fields) => {
    expect(() => clientOf().upload("http://127.0.0.1:1/", fields)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_REQUEST" }));
  });

  test("a FormData that is posted is such a form too", async () => {
    await using server = await sink();
    const form = new FormData();
    form.append("a", "1");
    form.append("f", new Blob(["x"], { type: "text/plain" }), "x.txt");
    const { data } = await clientOf().post<Seen>(server.url, form);
    expect(await partsOf(data)).toEqual([
      ["a", "1"],
      ["f", { name: "x.txt", type: "text/plain", text: "x" }],
    ]);
  });
});

describe("a stream as a body", () => {
  test("of Node is sent in chunks as it comes", async () => {
    await using server = await sink();
    const { data } = await clientOf().post<Seen>(server.url, Readable.from(["one ", "two"], { objectMode: false }));
    expect(data).toMatchObject({
      body: "one two",
      headers: { "transfer-encoding": "chunked", "content-type": "application/octet-stream" },
    });
  });

  test("of the web is sent likewise", async () => {
    await using server = await sink();
    const stream = new Blob(["one ", "two"]).stream();
    expect((await clientOf().post<Seen>(server.url, stream)).data.body).toBe("one two");
  });

  test("that breaks ends the call, and frees the connection", async () => {
    await using server = await sink();
    const client = clientOf({ connections: 1 });
    const broken = new Readable({
      read() {
        this.push("begun");
        this.destroy(new Error("the disk is gone"));
      },
    });
    const rs = await client.post(server.url, broken);
    expect(rs.status).toBe(2);
    expect(rs.error?.message).toContain("the disk is gone");
    expect(await client.get(server.url)).toMatchObject({ status: 3 });
  });

  test.each([
    ["itself", (stream: Readable) => stream],
    ["a part of a form", (stream: Readable) => ({ stream })],
  ])("that breaks before it is its turn, as %s, speaks against nobody but its caller", async (_, bodyOf) => {
    await using server = await serve((req, res) => req.resume().once("end", () => res.end()));
    const client = clientOf({ aliases: { m: ["http", server.address] } });
    const missing = createReadStream(join(directory, "missing"));
    const body = bodyOf(missing);
    const rs = await (body instanceof Readable ? client.post("@m/", body) : client.upload("@m/", body));
    expect(rs).toMatchObject({ status: 2, statusCode: 731, error: { code: "SKITAI_AQUESTS_BAD_REQUEST" } });
    expect(rs.error?.message).toContain("ENOENT");
    expect(client.upstreams.get("@m")!.members[0]!.state).toBe("up");
  });

  test.each([
    ["the server refuses the connection", "http://127.0.0.1:1/"],
    ["no member may be asked", "@off/"],
    ["no member can be reached", "@m/"],
  ])("is ended where it was never read because %s", async (_, url) => {
    const client = clientOf({ aliases: { off: ["http", "127.0.0.1:1"], m: ["http", ["127.0.0.1:1", "127.0.0.1:2"]] } });
    client.upstreams.get("@off")!.switchOff("127.0.0.1:1");
    const [body, part] = [new Readable({ read() {} }), new Readable({ read() {} })];
    expect(await client.post(url, body, { timeout: 1_000 })).toMatchObject({ status: expect.any(Number) as number, ok: false });
    expect(await client.upload(url, { part }, { timeout: 1_000 })).toMatchObject({ ok: false });
    expect([body.destroyed, part.destroyed]).toEqual([true, true]);
  });

  test("is ended where the time is over before there is a connection for it", async () => {
    await using server = await serve(() => {});
    const client = clientOf({ connections: 1 });
    const hanging = client.get(server.url);
    void hanging.getwait();
    const body = new Readable({ read() {} });
    expect(await client.post(server.url, body, { timeout: 20 })).toMatchObject({ status: 1 });
    expect(body.destroyed).toBe(true);
    hanging.abort();
  });

  test.each([
    ["at once", 0],
    ["later", 5],
  ])("of the web that fails %s does not reach the process", async (_, delay) => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        if (delay === 0) controller.error(new Error("x"));
        else setTimeout(() => controller.error(new Error("x")), delay);
      },
    });
    await using server = await sink();
    const client = clientOf();
    await client.get(server.url);
    expect(await client.post(server.url, stream)).toMatchObject({ status: 2, statusCode: 731 });
  });

  test("whose server breaks off is not at fault", async () => {
    await using server = await serve((req) => req.once("data", () => req.socket.resetAndDestroy()));
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(65_536));
      },
    });
    expect(await clientOf().post(server.url, endless)).toMatchObject({ status: 2, statusCode: 700 });
  });

  test("is not sent twice, even where the method may be", async () => {
    let requests = 0;
    await using server = await serve((req) => {
      requests++;
      req.socket.destroy();
    });
    const client = clientOf();
    await client.put(server.url, Readable.from(["once"]));
    expect(requests).toBe(1);
    await client.put(server.url, "twice");
    expect(requests).toBe(3);
  });
});
