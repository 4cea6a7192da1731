import { connect } from "node:http2";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { HttpError } from "../src/errors.ts";
import { bodyLimit, readBody } from "../src/request/body.ts";
import { respondError } from "../src/response/error-page.ts";
import { respond } from "../src/response/respond.ts";
import type { Was } from "../src/was/was.ts";
import { http2Get } from "./support/http2-get.ts";
import { rawClient } from "./support/raw-client.ts";
import { wasServer } from "./support/was-server.ts";

/** Answers with the body, or with the page of what went wrong. */
const echo =
  (limit = 1_000, signal?: AbortSignal) =>
  async (was: Was): Promise<void> => {
    try {
      const body = await readBody(was, limit, signal);
      await respond(was, 200, [], body);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      respondError(was, error.status, { message: error.message, headers: [...error.headers] });
    }
  };

const post = (url: string, body: RequestInit["body"], headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: "POST", body: body ?? null, headers, ...(body instanceof ReadableStream && { duplex: "half" }) });

const chunked = (...chunks: string[]): ReadableStream => ReadableStream.from(chunks.map((chunk) => Buffer.from(chunk)));

test("a body with a length, in chunks, or none at all is read", async () => {
  await using server = await wasServer(echo());
  expect(await (await post(server.url, "hello")).text()).toBe("hello");
  expect(await (await post(server.url, chunked("he", "l", "lo"))).text()).toBe("hello");
  expect(await (await post(server.url, "")).text()).toBe("");
  expect(await (await fetch(server.url)).text()).toBe("");
});

test("a body of HTTP/2 is read", async () => {
  await using server = await wasServer(echo(), { http2: true });
  expect(await (await http2Get(server.url, { method: "POST", body: "hello" })).text()).toBe("hello");
  expect(await (await http2Get(server.url)).text()).toBe("");
  expect((await http2Get(server.url, { method: "POST", body: "x".repeat(2_000) })).status).toBe(413);
});

test("a body of exactly the limit is accepted, one byte more is 413", async () => {
  await using server = await wasServer(echo(5));
  for (const body of ["hello", "hello!"]) {
    const status = body.length > 5 ? 413 : 200;
    expect((await post(server.url, body)).status).toBe(status);
    expect((await post(server.url, chunked(body.slice(0, 3), body.slice(3)))).status).toBe(status);
  }
});

test("a Content-Length above the limit is refused before anything is read", async () => {
  const read: boolean[] = [];
  await using server = await wasServer(async (was) => {
    await echo(5)(was);
    read.push(was.req.readableDidRead);
  });
  const client = await rawClient(server.port);
  client.socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  expect(await client.until(/The request body is larger than 5 bytes/)).toMatch(/^HTTP\/1\.1 413 /);
  expect(read).toEqual([false]);
  client.socket.destroy();
});

test("the rest of a refused small body does not get into the next request", async () => {
  await using server = await wasServer(echo(5));
  const client = await rawClient(server.port);
  client.socket.write(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n${"GET /evil".padEnd(20)}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`,
  );
  await client.closed;
  expect(client.text()).toMatch(/^HTTP\/1\.1 413 [^]*HTTP\/1\.1 200 OK[^]*\r\n\r\nok$/);
});

test("100 Continue is sent when the body is wanted, and not for one that is too large", async () => {
  await using server = await wasServer(echo());
  const wanted = await rawClient(server.port);
  wanted.socket.write("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  await wanted.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
  wanted.socket.write("ok");
  await wanted.until(/200 OK[^]*ok$/);
  wanted.socket.destroy();
  const refused = await rawClient(server.port);
  refused.socket.write("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n");
  await refused.closed;
  expect(refused.text()).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close/);
});

const noticesPartOfZstd = ((): boolean => {
  try {
    return zstdDecompressSync(zstdCompressSync("hello").subarray(0, 8)).length < 0;
  } catch {
    return true;
  }
})();

const encoders: Record<string, (body: Buffer) => Buffer> = {
  gzip: gzipSync,
  "x-gzip": gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  ...(noticesPartOfZstd && { zstd: zstdCompressSync }),
};

for (const [coding, encode] of Object.entries(encoders)) {
  test(`a body in ${coding} is decompressed`, async () => {
    await using server = await wasServer(echo());
    const res = await post(server.url, encode(Buffer.from("hello ".repeat(100))), { "content-encoding": coding });
    expect(await res.text()).toBe("hello ".repeat(100));
  });

  test(`a small body in ${coding} that grows beyond the limit is 413`, async () => {
    await using server = await wasServer(echo(100_000));
    const bomb = encode(Buffer.alloc(5_000_000));
    expect(bomb.length).toBeLessThan(10_000);
    expect((await post(server.url, bomb, { "content-encoding": coding })).status).toBe(413);
  });

  test(`a body that is no ${coding}, or only its beginning, is 400`, async () => {
    await using server = await wasServer(echo());
    expect((await post(server.url, "hello hello hello", { "content-encoding": coding })).status).toBe(400);
    const whole = encode(Buffer.from("hello ".repeat(100)));
    const res = await post(server.url, whole.subarray(0, whole.length - 5), { "content-encoding": coding });
    expect([res.status, await res.text()]).toEqual([400, expect.stringContaining(`no valid ${coding}`)]);
  });
}

test("a compressed body that is longer than the limit is 413, even if nothing comes out of it", async () => {
  await using server = await wasServer(echo(1_000));
  const emptyBlock = Buffer.from([0, 0, 0, 0xff, 0xff]);
  const body = Buffer.concat([deflateSync("").subarray(0, 2), ...Array.from({ length: 400 }, () => emptyBlock)]);
  const pieces = ReadableStream.from(Array.from({ length: 10 }, (_, at) => body.subarray(at * 200, at === 9 ? undefined : at * 200 + 200)));
  expect((await post(server.url, pieces, { "content-encoding": "deflate" })).status).toBe(413);
});

test("a body in very many pieces is read", async () => {
  const length = 5_000;
  await using server = await wasServer(echo(length));
  const client = await rawClient(server.port);
  client.socket.write("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.socket.write("1\r\nx\r\n".repeat(length));
  client.socket.write("0\r\n\r\n");
  expect(await client.until(new RegExp(`x{${length - 1}}`))).toContain("200 OK");
});

test("an empty Content-Encoding and identity mean nothing", async () => {
  await using server = await wasServer(echo());
  expect(await (await post(server.url, "hello", { "content-encoding": "identity" })).text()).toBe("hello");
  expect(await (await post(server.url, "hello", { "content-encoding": "" })).text()).toBe("hello");
});

for (const coding of ["compress", "gzip, br", ...(noticesPartOfZstd ? [] : ["zstd"])]) {
  test(`a body in ${coding} is 415 and tells what is known`, async () => {
    await using server = await wasServer(echo());
    const res = await post(server.url, "hello", { "content-encoding": coding });
    expect([res.status, res.headers.get("accept-encoding")]).toEqual([415, `gzip, br, deflate${noticesPartOfZstd ? ", zstd" : ""}`]);
  });
}

test("an upload that breaks off is SKITAI_REACTOR_BODY_ABORTED", async () => {
  for (const head of [
    "Content-Length: 10\r\n\r\nhello",
    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    `Content-Encoding: gzip\r\nContent-Length: 50\r\n\r\n${gzipSync("hello").subarray(0, 12).toString("latin1")}`,
  ]) {
    await using server = await wasServer(echo());
    const client = await rawClient(server.port);
    client.socket.write(`POST / HTTP/1.1\r\nHost: a\r\n${head}`, "latin1");
    while (server.outcomes.length === 0) await new Promise(setImmediate);
    client.socket.destroy();
    expect(await server.outcomes[0]).toMatchObject({ code: "SKITAI_REACTOR_BODY_ABORTED" });
  }
});

test("an upload of HTTP/2 that breaks off is SKITAI_REACTOR_BODY_ABORTED", async () => {
  await using server = await wasServer(echo(), { http2: true });
  const session = connect(server.url);
  const stream = session.request({ ":method": "POST", ":path": "/" });
  stream.on("error", () => {});
  stream.write("hello");
  while (server.outcomes.length === 0) await new Promise(setImmediate);
  session.destroy();
  expect(await server.outcomes[0]).toMatchObject({ code: "SKITAI_REACTOR_BODY_ABORTED" });
});

test("a body that somebody read before is SKITAI_REACTOR_BODY_CONSUMED", async () => {
  await using server = await wasServer(async (was) => {
    for await (const _ of was.req) {
      // A parser in front.
    }
    await readBody(was, 1_000);
  });
  expect((await post(server.url, "hello")).status).toBe(500);
  expect(await server.outcomes[0]).toMatchObject({ code: "SKITAI_REACTOR_BODY_CONSUMED" });
});

test("a signal stops reading and the request can be answered", async () => {
  const controller = new AbortController();
  await using server = await wasServer(async (was) => {
    const reading = readBody(was, 1_000, controller.signal);
    controller.abort(new Error("enough"));
    const reason = await reading.catch((error: unknown) => error);
    await respond(was, 202, [], (reason as Error).message);
    expect([was.req.listenerCount("data"), was.req.listenerCount("end")]).toEqual([0, 0]);
  });
  const client = await rawClient(server.port);
  client.socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  await client.until(/^HTTP\/1\.1 202 [^]*enough$/);
  client.socket.destroy();
  expect(await server.outcomes[0]).toBeUndefined();
});

test("a signal that was aborted before reads nothing", async () => {
  await using server = await wasServer((was) => readBody(was, 1_000, AbortSignal.abort(new Error("never"))));
  await post(server.url, "hello");
  expect(await server.outcomes[0]).toMatchObject({ message: "never" });
});

test("the limit is the mount's or the engine's, by the kind of body", async () => {
  const limits: number[] = [];
  const handler = (was: Was): void => {
    limits.push(bodyLimit(was));
    void respond(was, 200, [], "");
  };
  for (const app of [undefined, { target: {}, handle: () => {}, maxPostBodySize: 3, maxMultipartBodySize: 4 }]) {
    await using server = await wasServer(handler, { maxPostBodySize: 1, maxMultipartBodySize: 2, ...(app && { app }) });
    await post(server.url, "x", { "content-type": "application/json" });
    await post(server.url, "x", { "content-type": "Multipart/form-data; boundary=x" });
  }
  expect(limits).toEqual([1, 2, 3, 4]);
});
