import type { ServerResponse } from "node:http";
import { connect, constants, createServer as createHttp2Server, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { generate } from "selfsigned";
import { describe, expect, onTestFinished, test } from "vitest";
import { Saddle } from "../src/index.ts";
import { serve } from "./support/serve.ts";

const page = (): Saddle => {
  const app = new Saddle();
  app.route("/", (was) => {
    for (const uri of was.request.getHeader("x-hint", "/a.css").split(" ")) was.response.hintPromise(uri);
    return "page";
  });
  app.route("/a.css", (was) => {
    // A pushed resource has no hints of its own, however much it asks for them.
    was.response.setHeader("Content-Type", "text/css").hintPromise("/a.css");
    return `css for ${was.request.getHeader("cookie", "nobody")} by ${was.request.getHeader("referer", "nobody")}`;
  });
  app.route("/late", (was) => {
    (was.res as ServerResponse).write("very ");
    was.response.hintPromise("/a.css");
    was.res.end("late");
    return undefined as never;
  });
  return app;
};

const raw = (port: number, head: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let got = "";
    const socket = connectTcp(port, "127.0.0.1", () => socket.write(head));
    socket.on("data", (chunk) => void (got += String(chunk)));
    socket.on("end", () => resolve(got));
    socket.on("error", reject);
  });

const http2 = (port: number, settings: object = {}): ClientHttp2Session => {
  const session = connect(`http://127.0.0.1:${port}`, { settings });
  onTestFinished(() => session.destroy());
  return session;
};

interface Fetched {
  readonly hints: IncomingHttpHeaders[];
  readonly pushed: { path: string; status: number | undefined; body: string }[];
  readonly body: string;
}

/** Fetches a page and what comes with it. */
const fetchPage = async (session: ClientHttp2Session, headers: Record<string, string>): Promise<Fetched> => {
  const hints: IncomingHttpHeaders[] = [];
  const pushes: Promise<Fetched["pushed"][number]>[] = [];
  session.on("stream", (stream, requested) => {
    const pushed = new Promise<number | undefined>(
      (resolve) => void stream.on("push", (answer: IncomingHttpHeaders) => resolve(Number(answer[":status"]))),
    );
    pushes.push(Promise.all([pushed, text(stream)]).then(([status, body]) => ({ path: String(requested[":path"]), status, body })));
  });
  const stream = session.request({ ":path": "/", ...headers });
  stream.on("headers", (answer) => void hints.push(answer));
  const body = await text(stream);
  return { hints, pushed: await Promise.all(pushes), body };
};

describe("hintPromise", () => {
  test("sends 103 Early Hints over HTTP/1.1, one for each", async () => {
    const { engine } = await serve(page());
    const { port } = await engine.listen({ port: 0 });
    const hint = "X-Hint: /a.css /b.js?v=1 /c.woff2 /d.png /e.unknown https://other/ä.css";
    const got = await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${hint}\r\n\r\n`);
    expect(got.match(/^HTTP\/1\.1 \d+/gm)).toEqual([...Array.from({ length: 6 }, () => "HTTP/1.1 103"), "HTTP/1.1 200"]);
    expect(got.match(/^link: .*$/gim)).toEqual([
      "Link: </a.css>; rel=preload; as=style",
      "Link: </b.js?v=1>; rel=preload; as=script",
      "Link: </c.woff2>; rel=preload; as=font; crossorigin",
      "Link: </d.png>; rel=preload; as=image",
      "Link: </e.unknown>; rel=preload; as=fetch; crossorigin",
      expect.stringMatching(/^Link: <https:\/\/other\/.*\.css>; rel=preload; as=style$/),
    ]);
  });

  test("says nothing to HTTP/1.0", async () => {
    const { engine } = await serve(page());
    const { port } = await engine.listen({ port: 0 });
    const got = await raw(port, "GET / HTTP/1.0\r\nHost: x\r\n\r\n");
    expect(got.match(/^HTTP\/1\.\d \d+/gm)).toEqual(["HTTP/1.1 200"]);
  });

  test("says nothing once the answer has begun", async () => {
    const { engine } = await serve(page());
    const { port } = await engine.listen({ port: 0 });
    const got = await raw(port, "GET /late HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(got.match(/^HTTP\/1\.1 \d+/gm)).toEqual(["HTTP/1.1 200"]);
  });

  test("pushes what it hints at over HTTP/2, as an answer of the same app", async () => {
    const { engine } = await serve(page());
    const { port } = await engine.listen({ port: 0 });
    const got = await fetchPage(http2(port), { cookie: "hans", "x-hint": "/a.css none.css" });
    expect(got.body).toBe("page");
    expect(got.hints).toEqual([]);
    expect(got.pushed).toEqual([
      { path: "/a.css", status: 200, body: `css for hans by http://127.0.0.1:${port}/` },
      { path: "/none.css", status: 404, body: expect.any(String) },
    ]);
  });

  test("sends 103 over HTTP/2 where the client refuses pushes, or the resource is elsewhere", async () => {
    const { engine } = await serve(page());
    const { port } = await engine.listen({ port: 0 });
    const refusing = await fetchPage(http2(port, { enablePush: false }), {});
    expect(refusing.pushed).toEqual([]);
    expect(refusing.hints).toMatchObject([{ ":status": 103, link: "</a.css>; rel=preload; as=style" }]);
    const elsewhere = await fetchPage(http2(port), { "x-hint": "https://cdn.example/a.js" });
    expect(elsewhere.pushed).toEqual([]);
    expect(elsewhere.hints).toMatchObject([{ link: "<https://cdn.example/a.js>; rel=preload; as=script" }]);
  });

  test("pushes through the HTTP/2 server that an app is embedded in", async () => {
    const app = page();
    const server = createHttp2Server(app.listener());
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      server.close();
      await app.close();
    });
    const got = await fetchPage(http2((server.address() as AddressInfo).port), {});
    expect(got.pushed.map(({ path, status }) => [path, status])).toEqual([["/a.css", 200]]);
  });

  test("pushes over TLS, too", async () => {
    const { engine } = await serve(page());
    const made = await generate([{ name: "commonName", value: "localhost" }], { keyType: "ec", algorithm: "sha256" });
    const { port } = await engine.listen({ port: 0, tls: { cert: made.cert, key: made.private } });
    const session = connect(`https://127.0.0.1:${port}`, { ca: made.cert, servername: "localhost", checkServerIdentity: () => undefined });
    onTestFinished(() => session.destroy());
    const got = await fetchPage(session, {});
    expect(got.pushed).toEqual([{ path: "/a.css", status: 200, body: `css for nobody by https://localhost:${port}/` }]);
  });

  test("survives a client that cancels what is pushed", async () => {
    const { engine } = await serve(page());
    const { port } = await engine.listen({ port: 0 });
    const session = http2(port);
    session.on("stream", (stream) => stream.close(constants.NGHTTP2_CANCEL));
    expect(await text(session.request({ ":path": "/" }))).toBe("page");
    expect(await text(session.request({ ":path": "/" }))).toBe("page");
  });

  test("gives up what is pushed when the client never takes it", async () => {
    const { engine } = await serve(page(), "memory", { engine: { requestTimeout: 50 } });
    const { port } = await engine.listen({ port: 0 });
    const session = http2(port, { initialWindowSize: 0 });
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    session.on("stream", (stream) => {
      stream.on("error", () => {});
      stream.on("close", () => resolve(stream.rstCode));
    });
    session.request({ ":path": "/" }).on("error", () => {});
    expect(await promise).toBe(constants.NGHTTP2_CANCEL);
  });
});
