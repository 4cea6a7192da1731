import { createServer, type RequestListener } from "node:http";
import { PassThrough, Readable } from "node:stream";
import { expect, test } from "vitest";
import { requestInMemory } from "../src/http/in-memory.ts";
import { textOf } from "./support/text-of.ts";

const send = (listener: RequestListener, input: string | URL | Request = "/", init?: RequestInit): Promise<Response> =>
  requestInMemory(createServer(listener), input, init);

const tell: RequestListener = async (req, res) => {
  const body: Buffer[] = [];
  for await (const chunk of req) body.push(chunk as Buffer);
  res.setHeader("content-type", "application/json");
  res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(body).toString() }));
};

interface Told {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

const told = async (input: string | URL | Request, init?: RequestInit): Promise<Told> =>
  (await (await send(tell, input, init)).json()) as Told;

test("a path is below http://localhost", async () => {
  const { method, url, headers, body } = await told("/a%20b?c=d");
  expect([method, url, headers["host"], body]).toEqual(["GET", "/a%20b?c=d", "localhost", ""]);
  expect(headers["content-length"]).toBeUndefined();
});

test("a URL and a Request go as they are", async () => {
  expect((await told(new URL("http://www.site1.com:8080/x"))).headers["host"]).toBe("www.site1.com:8080");
  const { method, headers, body } = await told(new Request("http://a/x", { method: "PUT", body: "hello", headers: { "x-a": "1" } }));
  expect([method, headers["x-a"], body]).toEqual(["PUT", "1", "hello"]);
  expect((await told(new Request("http://a/x", { headers: { "x-a": "1" } }), { headers: { "x-a": "2" } })).headers["x-a"]).toBe("2");
});

test("a string, bytes and a form are sent with their length", async () => {
  const { headers, body } = await told("/", { method: "POST", body: "héllo" });
  expect([headers["content-length"], headers["content-type"], body]).toEqual(["6", "text/plain;charset=UTF-8", "héllo"]);
  const form = await told("/", { method: "POST", body: new URLSearchParams({ a: "1" }) });
  expect([form.headers["content-type"], form.headers["content-length"], form.body]).toEqual([
    "application/x-www-form-urlencoded;charset=UTF-8",
    "3",
    "a=1",
  ]);
  expect((await told("/", { method: "POST" })).headers["content-length"]).toBe("0");
});

test("streams are sent in chunks, also an async iterable and without duplex", async () => {
  for (const body of [ReadableStream.from([Buffer.from("he"), Buffer.from("llo")]), Readable.from([Buffer.from("hello")])]) {
    const answer = await told("/", { method: "POST", body });
    expect([answer.headers["transfer-encoding"], answer.headers["content-length"], answer.body]).toEqual(["chunked", undefined, "hello"]);
  }
});

test.each([
  ["a length too short", { "content-length": "2" }],
  ["a length too long", { "content-length": "50" }],
  ["chunks", { "transfer-encoding": "chunked" }],
  ["both", { "content-length": "2", "transfer-encoding": "chunked" }],
])("headers that announce %s have no say", async (_, headers) => {
  const request = () => new Request("http://a/", { method: "POST", body: "hello", headers });
  const streamed = await told(request());
  expect([streamed.headers["transfer-encoding"], streamed.headers["content-length"], streamed.body]).toEqual([
    "chunked",
    undefined,
    "hello",
  ]);
  const whole = await told("/", { method: "POST", body: "hello", headers });
  expect([whole.headers["transfer-encoding"], whole.headers["content-length"], whole.body]).toEqual([undefined, "5", "hello"]);
});

test("a length without a body is none", async () => {
  const { headers, body } = await told(new Request("http://a/", { headers: { "content-length": "5" } }));
  expect([headers["content-length"], headers["transfer-encoding"], body]).toEqual([undefined, undefined, ""]);
});

test("headers of a connection stay behind, those that Connection names too", async () => {
  const { headers } = await told("/", {
    headers: { connection: "x-hop, keep-alive", "keep-alive": "timeout=9", te: "trailers", upgrade: "x", "x-hop": "1", "x-end": "2" },
  });
  expect([headers["connection"], headers["x-end"]]).toEqual(["close", "2"]);
  for (const name of ["keep-alive", "te", "upgrade", "x-hop"]) expect(headers).not.toHaveProperty(name);
});

test("the answer tells nothing of the connection either", async () => {
  const res = await send((_, answer) => {
    answer.writeHead(200, { connection: "x-hop", "x-hop": "1", "keep-alive": "timeout=9", "x-end": "2" });
    answer.end("ok");
  });
  expect(Object.fromEntries(res.headers)).toEqual({ date: expect.any(String), "x-end": "2" });
  expect(await res.text()).toBe("ok");
});

test("both directions stream at the same time", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const asked = send((req, res) => void req.pipe(res), "/", { method: "POST", body: readable });
  await writer.write(Buffer.from("first"));
  const res = await asked;
  const reader = res.body!.getReader();
  expect(textOf(await reader.read())).toBe("first");
  await writer.write(Buffer.from("second"));
  expect(textOf(await reader.read())).toBe("second");
  await writer.close();
  expect((await reader.read()).done).toBe(true);
});

test("status, text and headers come back, each Set-Cookie by itself", async () => {
  const res = await send((_, answer) => {
    answer.writeHead(418, "Short", ["Set-Cookie", "a=1", "Set-Cookie", "b=2; Path=/", "X-A", "1", "X-A", "2"]);
    answer.end("tea");
  });
  expect([res.status, res.statusText, res.ok]).toEqual([418, "Short", false]);
  expect(res.headers.getSetCookie()).toEqual(["a=1", "b=2; Path=/"]);
  expect(res.headers.get("x-a")).toBe("1, 2");
  expect(await res.text()).toBe("tea");
});

test("redirects are not followed", async () => {
  const res = await send((_, answer) => void answer.writeHead(308, { location: "/sub/?a=1" }).end());
  expect([res.status, res.headers.get("location")]).toEqual([308, "/sub/?a=1"]);
});

for (const status of [204, 205, 304]) {
  test(`${status} has no body`, async () => {
    const res = await send((_, answer) => void answer.writeHead(status).end());
    expect([res.status, res.body]).toEqual([status, null]);
  });
}

test("HEAD has headers and no body", async () => {
  const res = await send((_, answer) => void answer.writeHead(200, { "content-length": "5" }).end(), "/", { method: "HEAD" });
  expect([res.headers.get("content-length"), res.body]).toEqual(["5", null]);
});

test("an informational response comes before the answer and is no answer", async () => {
  const res = await send((_, answer) => {
    answer.writeEarlyHints({ link: "</a.css>; rel=preload; as=style" });
    answer.end("ok");
  });
  expect([res.status, await res.text()]).toEqual([200, "ok"]);
});

test("a megabyte goes there and back", async () => {
  const body = "x".repeat(1_000_000);
  expect((await told("/", { method: "POST", body })).body).toBe(body);
});

test("an answer before the body was read is an answer", async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
  const res = await send((_, answer) => void answer.writeHead(413, { connection: "close" }).end("too large"), "/", {
    method: "POST",
    body: endless,
  });
  expect([res.status, await res.text()]).toEqual([413, "too large"]);
});

test("the server sees a local client, and an encrypted connection for https", async () => {
  const seen: unknown[] = [];
  const listener: RequestListener = (req, res) => {
    seen.push(req.socket.remoteAddress, "encrypted" in req.socket && req.socket.encrypted);
    res.end();
  };
  await send(listener);
  await send(listener, "https://localhost/");
  expect(seen).toEqual(["127.0.0.1", false, "127.0.0.1", true]);
});

test("a signal ends a request that waits for its answer, on both sides", async () => {
  const controller = new AbortController();
  let closed!: (finished: boolean) => void;
  const left = new Promise<boolean>((resolve) => (closed = resolve));
  const asked = send(
    (_, res) => {
      res.once("close", () => closed(res.writableFinished));
      controller.abort(new Error("enough"));
    },
    "/",
    { signal: controller.signal },
  );
  await expect(asked).rejects.toThrow("enough");
  expect(await left).toBe(false);
  await expect(send(tell, "/", { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
});

test("a signal ends an answer that streams, and so does a reader that cancels", async () => {
  for (const end of ["abort", "cancel"]) {
    const controller = new AbortController();
    const source = new PassThrough();
    const res = await send(
      (_, answer) => {
        answer.once("close", () => source.destroy());
        source.pipe(answer);
        source.write("first");
      },
      "/",
      { signal: controller.signal },
    );
    const reader = res.body!.getReader();
    expect(textOf(await reader.read())).toBe("first");
    const closed = new Promise((resolve) => source.once("close", resolve));
    if (end === "cancel") {
      await reader.cancel();
    } else {
      const reading = reader.read();
      controller.abort(new Error("enough"));
      await expect(reading).rejects.toThrow("enough");
    }
    await closed;
  }
});

test("an answer that the server breaks off is an error of its body", async () => {
  const res = await send((_, answer) => {
    answer.write("part");
    setImmediate(() => answer.destroy());
  });
  await expect(res.text()).rejects.toThrow();
});

test("a server that gives no answer is an error", async () => {
  await expect(send((req) => void req.socket.destroy())).rejects.toThrow();
});

test("a body that fails is the error of the request", async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error("source failed")),
  });
  await expect(send(tell, "/", { method: "POST", body })).rejects.toThrow("source failed");
});

test("a change of protocol is refused", async () => {
  const asked = send((_, answer) => void answer.writeHead(101, { connection: "upgrade", upgrade: "x" }).end());
  await expect(asked).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_RESPONSE" });
});
