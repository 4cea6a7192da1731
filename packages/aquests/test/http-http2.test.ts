import { createSecureServer, createServer, constants, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { acquire } from "@skitai-internal/services";
import { describeWith } from "@skitai-internal/services/vitest";
import { generate } from "selfsigned";
import { describe, expect, onTestFinished, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { serve } from "./support/serve.ts";

interface Http2Peer {
  readonly url: string;
  readonly ca: string | undefined;
  readonly sessions: Set<ServerHttp2Session>;
  /** Sessions that there have been. */
  readonly count: number;
}

/** A server of HTTP/2 by node:http2; without TLS it speaks nothing else. */
const http2Peer = async (
  answer: (stream: ServerHttp2Stream, path: string) => void,
  { tls = true, settings = {} } = {},
): Promise<Http2Peer> => {
  const certificate = tls
    ? await generate([{ name: "commonName", value: "localhost" }], {
        keyType: "ec",
        algorithm: "sha256",
        extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
      })
    : undefined;
  const server: Http2Server = certificate
    ? createSecureServer({ cert: certificate.cert, key: certificate.private, settings })
    : createServer({ settings });
  const sessions = new Set<ServerHttp2Session>();
  let count = 0;
  server.on("session", (session) => {
    count++;
    sessions.add(session);
    session.once("close", () => sessions.delete(session)).on("error", () => {});
  });
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.on("error", () => {});
    answer(stream, headers[":path"]!);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.close();
    for (const session of sessions) session.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    ca: certificate?.cert,
    sessions,
    get count() {
      return count;
    },
  };
};

const say = (stream: ServerHttp2Stream, text: string): void => {
  stream.respond({ ":status": 200, "content-type": "text/plain" });
  stream.end(text);
};

describe.each([
  ["over TLS", true],
  ["by prior knowledge", false],
])("HTTP/2 %s", (_, tls) => {
  const peerOf = (answer: (stream: ServerHttp2Stream, path: string) => void, settings = {}) => http2Peer(answer, { tls, settings });
  const h2Client = ({ ca }: Http2Peer, more = {}) => clientOf(ca === undefined ? { h2c: true, ...more } : { ca, ...more });

  test("is spoken and shown, many requests over one connection", async () => {
    const peer = await peerOf((stream, path) => say(stream, path));
    const client = h2Client(peer);
    const results = await Promise.all(Array.from({ length: 80 }, (__, index) => client.get(`${peer.url}/${index}`)));
    expect(results.map(({ version, text }) => `${version} ${text}`)).toEqual(
      Array.from({ length: 80 }, (__, index) => `HTTP/2.0 /${index}`),
    );
    expect(peer.count).toBe(1);
  });

  test("opens another connection beyond what the server takes over one", async () => {
    let open = 0;
    let most = 0;
    const peer = await peerOf(
      (stream) => {
        most = Math.max(most, ++open);
        setTimeout(() => {
          open--;
          say(stream, "ok");
        }, 5);
      },
      { maxConcurrentStreams: 10 },
    );
    const client = h2Client(peer);
    const results = await Promise.all(Array.from({ length: 60 }, () => client.get(peer.url)));
    expect(results.every(({ statusCode }) => statusCode === 200)).toBe(true);
  });

  test("carries bodies both ways", async () => {
    const peer = await peerOf((stream) => {
      stream.respond({ ":status": 200 });
      stream.pipe(stream);
    });
    const body = Buffer.alloc(1_000_000, "abc");
    expect((await h2Client(peer).put(peer.url, body)).content.equals(body)).toBe(true);
  });

  test("a stream that the server resets ends in 721, and the connection goes on", async () => {
    const peer = await peerOf((stream, path) => (path === "/reset" ? stream.close(constants.NGHTTP2_INTERNAL_ERROR) : say(stream, "ok")));
    const client = h2Client(peer);
    const [reset, other] = await Promise.all([client.get(`${peer.url}/reset`), client.get(peer.url)]);
    expect(reset).toMatchObject({ status: 2, statusCode: 721, error: { code: "SKITAI_AQUESTS_HTTP2_RESET" } });
    expect(other).toMatchObject({ status: 3, text: "ok" });
    expect(await client.get(peer.url)).toMatchObject({ status: 3, text: "ok" });
    expect(peer.count).toBe(1);
  });

  test("a reset in the middle of the body ends in 721 too", async () => {
    const peer = await peerOf((stream) => {
      stream.respond({ ":status": 200 });
      stream.write("begun", () => stream.destroy(new Error("broken")));
    });
    expect(await h2Client(peer).get(peer.url)).toMatchObject({ status: 2, statusCode: 721 });
  });

  test("a connection that breaks ends in 720, and the next request opens another", async () => {
    let breaks = true;
    const peer = await peerOf((stream) => (breaks ? stream.session!.destroy() : say(stream, "ok")));
    const client = h2Client(peer);
    expect(await client.post(peer.url, "a=1")).toMatchObject({
      status: 2,
      statusCode: 720,
      error: { code: "SKITAI_AQUESTS_HTTP2_CLOSED" },
    });
    breaks = false;
    expect(await client.get(peer.url)).toMatchObject({ status: 3, text: "ok" });
  });

  test("a server that says good-bye still answers what it has taken, and the next goes elsewhere", async () => {
    const peer = await peerOf((stream, path) => {
      if (path !== "/last") return say(stream, "ok");
      stream.session!.close();
      setTimeout(() => say(stream, "last"), 10);
    });
    const client = h2Client(peer);
    const results = [client.get(`${peer.url}/last`)];
    await eventually(() => peer.count === 1);
    results.push(client.get(peer.url), client.post(peer.url, "a=1"));
    expect((await Promise.all(results)).map(({ text }) => text)).toEqual(["last", "ok", "ok"]);
  });

  test("what the server refuses unseen is sent again", async () => {
    let refused = 0;
    const peer = await peerOf((stream) => (refused++ === 0 ? stream.close(constants.NGHTTP2_REFUSED_STREAM) : say(stream, "ok")));
    expect(await h2Client(peer).post(peer.url, "a=1")).toMatchObject({ status: 3, text: "ok" });
    expect(refused).toBe(2);
  });

  test("a stream without an answer ends in a time-out, is reset, and harms no other", async () => {
    let closed = 0;
    const peer = await peerOf((stream, path) => (path === "/silent" ? void stream.once("close", () => closed++) : say(stream, "ok")));
    const client = h2Client(peer);
    expect(await client.get(`${peer.url}/silent`, { timeout: 50 })).toMatchObject({ status: 1, statusCode: 730 });
    await eventually(() => closed === 1);
    expect(await client.get(peer.url)).toMatchObject({ status: 3 });
    expect(peer.count).toBe(1);
  });

  test("many that are given up at once leave a connection that works", async () => {
    const peer = await peerOf((stream, path) => {
      if (path === "/") say(stream, "ok");
    });
    const client = h2Client(peer);
    const controller = new AbortController();
    const given = Array.from({ length: 200 }, () => client.get(`${peer.url}/silent`, { signal: controller.signal }));
    expect(await client.get(peer.url, { timeout: "5s" })).toMatchObject({ status: 3 });
    controller.abort();
    expect((await Promise.all(given)).every(({ statusCode }) => statusCode === 712)).toBe(true);
    expect(await client.get(peer.url)).toMatchObject({ status: 3, text: "ok" });
  });

  test("a body is handed over as it arrives, and given up by who reads it", async () => {
    let closed = 0;
    const peer = await peerOf((stream, path) => {
      stream.once("close", () => closed++);
      stream.respond({ ":status": 200 });
      if (path === "/all") return void stream.end(Buffer.alloc(3_000_000));
      stream.write("begun");
    });
    const client = h2Client(peer);
    const { stream: all } = await client.get(`${peer.url}/all`, { stream: true });
    expect(Buffer.concat(await all!.toArray())).toHaveLength(3_000_000);
    await eventually(() => closed === 1);
    const { stream } = await client.get(peer.url, { stream: true });
    stream!.destroy();
    await eventually(() => closed === 2);
  });
});

describe("HTTP/2", () => {
  test("is not spoken where it is switched off, or the server does not know it", async () => {
    const peer = await http2Peer((stream) => say(stream, "ok"));
    expect(await clientOf({ ca: peer.ca!, http2: false }).get(peer.url)).toMatchObject({ status: 2 });
    await using plain = await serve((req, res) => res.end(req.httpVersion));
    expect(await clientOf().get(plain.url)).toMatchObject({ version: "HTTP/1.1", text: "1.1" });
  });

  test("by prior knowledge to a server that does not know it is no answer", async () => {
    await using plain = await serve((_, res) => res.end());
    const rs = await clientOf({ h2c: true }).get(plain.url);
    expect(rs.status).toBe(2);
    expect(rs.statusCode).toBeGreaterThanOrEqual(700);
  });
});

describeWith("nginx", (nginx) => {
  test("nginx answers by HTTP/2, many at once and large ones", async () => {
    const client = clientOf({ ca: nginx.ca });
    const results = await Promise.all(Array.from({ length: 300 }, () => client.get(`${nginx.tlsUrl}/files/small.txt`)));
    expect(results.every(({ version, text }) => version === "HTTP/2.0" && text === "Hello, world\n")).toBe(true);
    const large = await Promise.all(Array.from({ length: 10 }, () => client.get(`${nginx.tlsUrl}/files/large.bin`)));
    expect(large.every(({ content }) => content.length === 2 ** 20)).toBe(true);
  });

  test("nginx takes uploads, redirects, errors and compressed pages by HTTP/2", async () => {
    const client = clientOf({ ca: nginx.ca });
    const url = `${nginx.tlsUrl}/upload/h2-${process.pid}.bin`;
    const body = Buffer.alloc(500_000, "xyz");
    expect(await client.put(url, body)).toMatchObject({ status: 3, statusCode: 201 });
    expect((await client.get(url)).content.equals(body)).toBe(true);
    expect(await client.delete(url)).toMatchObject({ statusCode: 204 });
    expect(await client.get(`${nginx.tlsUrl}/redirect/302`)).toMatchObject({ text: "GET /echo HTTP/2.0 \n" });
    expect(await client.get(`${nginx.tlsUrl}/status/404`)).toMatchObject({ status: 3, statusCode: 404, reason: "Not Found" });
    expect((await client.get(`${nginx.tlsUrl}/gzip/page.html`)).text).toContain("many words");
    expect(await client.head(`${nginx.tlsUrl}/files/large.bin`)).toMatchObject({
      statusCode: 200,
      headers: { "content-length": String(2 ** 20) },
    });
  });

  test("nginx in HTTP/1.1 over TLS, where HTTP/2 is switched off", async () => {
    const rs = await clientOf({ ca: nginx.ca, http2: false }).get(`${nginx.tlsUrl}/echo`);
    expect(rs).toMatchObject({ version: "HTTP/1.1", text: "GET /echo HTTP/1.1 \n" });
  });

  test("nginx that is stopped under way fails the rest within its time", async () => {
    const own = await acquire("nginx", { own: true });
    const client = clientOf({ ca: own.ca });
    expect(await client.get(`${own.tlsUrl}/echo`)).toMatchObject({ status: 3 });
    await own.stop();
    const rs = await client.get(`${own.tlsUrl}/echo`, { timeout: "2s" });
    expect(rs).toMatchObject({ status: 2, statusCode: 714 });
  });
});
