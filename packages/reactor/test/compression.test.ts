import { request, type IncomingHttpHeaders } from "node:http";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync, createGunzip } from "node:zlib";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Body } from "../src/response/body.ts";
import { respond } from "../src/response/respond.ts";
import { http2Get } from "./support/http2-get.ts";
import { wasServer, type WasServerOptions } from "./support/was-server.ts";

const long = "all work and no play makes a dull boy. ".repeat(100);

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** As the wire has it, not decoded. */
const get = (url: string, headers: Record<string, string>, method = "GET"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request(url, { method, headers }, async (res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of res) chunks.push(chunk as Buffer);
      resolve({ status: res.statusCode!, headers: res.headers, body: Buffer.concat(chunks) });
    })
      .on("error", reject)
      .end();
  });

const answer = async (
  headers: string[],
  body: () => Body,
  accept = "gzip, br, zstd",
  options: WasServerOptions & { status?: number; method?: string } = {},
): Promise<Answer> => {
  await using server = await wasServer((was) => respond(was, options.status ?? 200, [...headers], body()), options);
  return await get(server.url, accept === "" ? {} : { "accept-encoding": accept }, options.method);
};

const decoders: Record<string, (bytes: Buffer) => Buffer> = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };
const bodies: Record<string, () => Body> = {
  string: () => long,
  bytes: () => Buffer.from(long),
  stream: () => long.match(/[^.]+\. /g)!,
  Blob: () => new Blob([long]),
};

for (const [coding, decode] of Object.entries(decoders)) {
  for (const [kind, body] of Object.entries(bodies)) {
    test(`a ${kind} is sent in ${coding}`, async () => {
      const { headers, body: bytes } = await answer(["Content-Type", "text/plain"], body, coding);
      expect(headers).toMatchObject({ "content-encoding": coding, vary: "Accept-Encoding" });
      expect(bytes.length).toBeLessThan(long.length / 4);
      expect(decode(bytes).toString()).toBe(long);
      expect(headers["content-length"]).toBe(kind === "string" || kind === "bytes" ? String(bytes.length) : undefined);
    });
  }
}

test("more than 1 MiB is compressed piece by piece", async () => {
  const huge = Buffer.from(long.repeat(400));
  const { headers, body } = await answer(["Content-Type", "application/json"], () => huge, "br");
  expect(headers["transfer-encoding"]).toBe("chunked");
  expect(brotliDecompressSync(body).equals(huge)).toBe(true);
});

test("HTTP/2 gets it too", async () => {
  await using server = await wasServer((was) => respond(was, 200, ["Content-Type", "text/plain"], long), { http2: true });
  const res = await http2Get(server.url, { headers: { "accept-encoding": "gzip" } });
  expect(gunzipSync(Buffer.from(await res.arrayBuffer())).toString()).toBe(long);
});

const accepted: [string, string | undefined][] = [
  ["", undefined],
  ["identity", undefined],
  ["gzip;q=0", undefined],
  ["gzip, br, zstd", "br"],
  ["gzip;q=1, br;q=0.5", "gzip"],
  ["br;q=0, *", "zstd"],
  ["deflate", undefined],
];

for (const [accept, coding] of accepted) {
  test(`Accept-Encoding ${JSON.stringify(accept)} gets ${coding ?? "no coding"}`, async () => {
    const { headers } = await answer(["Content-Type", "text/html; charset=utf-8"], bodies["string"]!, accept);
    expect([headers["content-encoding"], headers.vary]).toEqual([coding, "Accept-Encoding"]);
  });
}

const untouched: Record<string, [headers: string[], status?: number, body?: () => Body]> = {
  "no type": [[]],
  "an image": [["Content-Type", "image/png"]],
  "an event stream": [["Content-Type", "text/event-stream"]],
  "what is encoded already": [["Content-Type", "text/plain", "Content-Encoding", "gzip"]],
  "no-transform": [["Content-Type", "text/plain", "Cache-Control", "public, no-transform"]],
  "a part": [["Content-Type", "text/plain", "Content-Range", "bytes 0-9/10"], 206],
  "less than the threshold": [["Content-Type", "text/plain"], 200, () => "x".repeat(2_047)],
  "a stream that tells a length below the threshold": [["Content-Type", "text/plain", "Content-Length", "3"], 200, () => ["abc"]],
};

for (const [what, [headers, status, body]] of Object.entries(untouched)) {
  test(`${what} is not compressed`, async () => {
    const { headers: sent } = await answer(headers, body ?? bodies["string"]!, "gzip", { ...(status !== undefined && { status }) });
    expect(sent["content-encoding"]).toBe(headers.includes("Content-Encoding") ? "gzip" : undefined);
    expect(sent.vary).toBeUndefined();
  });
}

for (const type of [
  "application/json",
  "application/problem+json; charset=utf-8",
  "image/svg+xml",
  "text/css",
  "text/javascript",
  "application/xml",
  "application/wasm",
]) {
  test(`${type} is compressed`, async () => {
    expect((await answer(["content-type", type], bodies["string"]!)).headers["content-encoding"]).toBe("br");
  });
}

test("the threshold is an option", async () => {
  const small = await answer(["Content-Type", "text/plain"], () => "abc", "gzip", { settings: { compressFrom: 3 } });
  expect(small.headers["content-encoding"]).toBe("gzip");
  const never = await answer(["Content-Type", "text/plain"], bodies["stream"]!, "gzip", {
    settings: { compressFrom: Number.POSITIVE_INFINITY },
  });
  expect(never.headers["content-encoding"]).toBeUndefined();
});

test("Vary keeps what it has, a strong ETag becomes weak, a length of the original is dropped", async () => {
  const headers = [
    "Content-Type",
    "text/plain",
    "Vary",
    "Origin",
    "ETag",
    '"v1"',
    "Content-Length",
    String(long.length),
    "Accept-Ranges",
    "bytes",
  ];
  const { headers: sent } = await answer(headers, bodies["stream"]!, "gzip");
  expect(sent).toMatchObject({ vary: "Origin, Accept-Encoding", etag: 'W/"v1"', "content-encoding": "gzip" });
  expect([sent["content-length"], sent["accept-ranges"]]).toEqual([undefined, undefined]);
  expect((await answer(["Content-Type", "text/plain", "ETag", 'W/"v1"', "Vary", "*"], bodies["string"]!)).headers).toMatchObject({
    etag: 'W/"v1"',
    vary: "*",
  });
});

test("headers that code in front has set decide too", async () => {
  const before: WasServerOptions["before"] = (_, res) => {
    res.setHeader("Content-Type", "text/plain");
    res.setHeader("ETag", '"front"');
    res.setHeader("Vary", "Cookie");
    res.setHeader("Content-Length", "9999");
  };
  const { headers, body } = await answer([], bodies["string"]!, "gzip", { before });
  expect(headers).toMatchObject({ etag: 'W/"front"', vary: "Cookie, Accept-Encoding", "content-length": String(body.length) });
});

for (const kind of ["string", "stream"]) {
  test(`HEAD of a ${kind} tells what GET would, but for the length that only compressing shows`, async () => {
    const headers = ["Content-Type", "text/plain", "ETag", '"1"'];
    const { headers: get } = await answer(headers, bodies[kind]!, "gzip");
    const { headers: head } = await answer(headers, bodies[kind]!, "gzip", { method: "HEAD" });
    const { "content-length": _, "transfer-encoding": __, date: ___, ...rest } = get;
    const { date: ____, ...found } = head;
    expect(found).toEqual(rest);
  });
}

test("each piece of a compressed stream reaches the client when it is there", async () => {
  const source = new PassThrough();
  await using server = await wasServer((was) => respond(was, 200, ["Content-Type", "text/plain"], source));
  const res = await new Promise<import("node:http").IncomingMessage>((resolve) => {
    request(server.url, { headers: { "accept-encoding": "gzip" } }, resolve).end();
    source.write("first");
  });
  const plain = res.pipe(createGunzip());
  const next = (): Promise<string> => new Promise((resolve) => plain.once("data", (chunk) => resolve(String(chunk))));
  expect(await next()).toBe("first");
  source.write("second");
  expect(await next()).toBe("second");
  source.end();
  await new Promise((resolve) => plain.once("end", resolve));
});

test("a client that leaves a compressed stream closes its source", async () => {
  const source = new PassThrough();
  await using server = await wasServer((was) => respond(was, 200, ["Content-Type", "text/plain"], source));
  source.write("first");
  const asked = request(server.url, { headers: { "accept-encoding": "br" } }, (res) => res.destroy()).end();
  asked.on("error", () => {});
  await new Promise((resolve) => source.once("close", resolve));
  await Promise.all(server.outcomes);
  expect(server.lines).toEqual([]);
});
