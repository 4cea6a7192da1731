import { readFile } from "node:fs/promises";
import { H3, redirect, toWebHandler } from "h3";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { Engine, was } from "../src/index.ts";
import { describeForeign, ownFiles } from "./support/foreign-cases.ts";
import { byteStream, failLater } from "./support/pieces.ts";
import { rawClient } from "./support/raw-client.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { wasReport } from "./support/was-report.ts";

const cookies = new Headers([
  ["set-cookie", "a=1"],
  ["set-cookie", "b=2"],
]);

const fields = async (request: Request): Promise<Record<string, unknown>> => Object.fromEntries(await request.formData());

const whereOf = (request: Request): object => {
  const { pathname, search } = new URL(request.url);
  return { url: pathname + search, baseUrl: was.baseUrl };
};

const honoApp = (): Hono => {
  const app = new Hono();
  app.get("/", (c) => c.text("root"));
  app.get("/hello/:name", (c) => c.text(`hello ${c.req.param("name")}`));
  app.get("/where", (c) => c.json(whereOf(c.req.raw)));
  app.post("/json", async (c) => c.json(await c.req.json()));
  app.post("/form", async (c) => c.json(await c.req.parseBody()));
  app.post("/raw", (c) => new Response(c.req.raw.body));
  app.get("/stream", (c) => c.body(byteStream()));
  app.get("/redirect", (c) => c.redirect(`${was.baseUrl}/hello/you`));
  app.get("/cookies", () => new Response(null, { headers: cookies }));
  app.get("/fail", () => {
    throw new Error("broken");
  });
  app.get("/fail-later", failLater);
  app.on(["GET", "POST"], "/was", async (c) => {
    if (c.req.method === "POST") await c.req.json();
    return c.json(await wasReport());
  });
  app.get("/file.txt", async (c) => c.body(await readFile(`${ownFiles}file.txt`)));
  app.onError((_, c) => c.text("own error", 500));
  return app;
};

describeForeign({ name: "Hono", make: honoApp, failure: { ownPage: true }, notFound: /^404 Not Found$/ });

const h3App = (): H3 =>
  new H3({ silent: true })
    .get("/", () => "root")
    .get("/hello/:name", ({ context }) => `hello ${context.params!["name"]}`)
    .get("/where", ({ req }) => whereOf(req))
    .post("/json", ({ req }) => req.json())
    .post("/form", ({ req }) => fields(req))
    .post("/raw", ({ req }) => new Response(req.body))
    .get("/stream", () => byteStream())
    .get("/redirect", () => redirect(`${was.baseUrl}/hello/you`))
    .get("/cookies", () => new Response(null, { headers: cookies }))
    .get("/fail", () => {
      throw new Error("broken");
    })
    .get("/fail-later", failLater)
    .all("/was", async ({ req }) => {
      if (req.method === "POST") await req.json();
      return wasReport();
    })
    .get("/file.txt", () => readFile(`${ownFiles}file.txt`, "utf8"));

describeForeign({ name: "h3", make: h3App, failure: { ownPage: true }, notFound: /Cannot find any route/ });
describeForeign({
  name: "h3 as a web handler",
  make: () => ({ fetch: toWebHandler(h3App()) }),
  failure: { ownPage: true },
  notFound: /Cannot find any route/,
});

const plain = async (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url);
  const body = request.method === "HEAD" ? null : undefined;
  if (pathname === "/") return new Response("root");
  if (pathname.startsWith("/hello/")) return new Response(body === null ? null : `hello ${pathname.slice(7)}`);
  if (pathname === "/where") return Response.json(whereOf(request));
  if (pathname === "/json") return Response.json(await request.json());
  if (pathname === "/form") return Response.json(await fields(request));
  if (pathname === "/raw") return new Response(request.body);
  if (pathname === "/stream") return new Response(byteStream());
  if (pathname === "/redirect") return new Response(null, { status: 302, headers: { location: `${was.baseUrl}/hello/you` } });
  if (pathname === "/cookies") return new Response(null, { headers: cookies });
  if (pathname === "/fail") throw new Error("broken");
  if (pathname === "/fail-later") await failLater();
  if (pathname === "/file.txt") return new Response(await readFile(`${ownFiles}file.txt`));
  if (pathname !== "/was") return new Response("nothing here", { status: 404 });
  if (request.method === "POST") await request.json();
  return Response.json(await wasReport());
};

describeForeign({ name: "a function of a Request", make: () => plain, notFound: /^nothing here$/ });
describeForeign({ name: "an object with fetch()", make: () => ({ fetch: plain }), notFound: /^nothing here$/ });

const engineWith = (app: object, point = "/x"): Engine =>
  new Engine({ requestLog: false, logPath: temporaryDirectory() }).mount(point, app);

test("a Request has method, headers, scheme and host as the client sent them", async () => {
  await using engine = engineWith({ fetch: ({ method, url, headers }: Request) => Response.json([method, url, headers.get("x-a")]) });
  const res = await engine.request("https://Shop.example:8443/x/a%2Fb?c=%20", {
    method: "PATCH",
    headers: [
      ["x-a", "1"],
      ["x-a", "2"],
    ],
  });
  expect(await res.json()).toEqual(["PATCH", "https://shop.example:8443/a%2Fb?c=%20", "1, 2"]);
});

test("a small body goes out with its length, a stream without", async () => {
  await using engine = engineWith({ fetch: ({ url }: Request) => new Response(url.endsWith("/stream") ? byteStream() : "abc") });
  expect((await engine.request("/x/text")).headers.get("content-length")).toBe("3");
  const stream = await engine.request("/x/stream");
  expect([stream.headers.get("content-length"), await stream.text()]).toEqual([null, "abc"]);
});

test("the Node objects are the second argument", async () => {
  await using engine = engineWith({
    fetch: (_: Request, env: { incoming: unknown; outgoing: unknown }) =>
      Response.json([env.incoming === was.req, env.outgoing === was.res]),
  });
  expect(await (await engine.request("/x/")).json()).toEqual([true, true]);
});

test("a handler that answers on the Node response is left alone", async () => {
  const fetch = (_: Request, { outgoing }: { outgoing: import("node:http").ServerResponse }): Response => {
    outgoing.writeHead(201).end("by itself");
    return new Response("not this");
  };
  await using engine = engineWith({ fetch });
  const res = await engine.request("/x/");
  expect([res.status, await res.text()]).toEqual([201, "by itself"]);
});

test("an error with a status keeps it", async () => {
  const fetch = (): never => {
    throw Object.assign(new Error("no such link"), { status: 404, expose: true });
  };
  await using engine = engineWith({ fetch });
  const res = await engine.request("/x/", { headers: { accept: "application/json" } });
  expect([res.status, await res.json()]).toEqual([404, { code: 10000, message: "no such link" }]);
});

test("a handler that returns no Response is a 500", async () => {
  await using engine = engineWith({ fetch: () => "text" });
  expect((await engine.request("/x/")).status).toBe(500);
});

test("a Response whose body was read already is a 500", async () => {
  const fetch = async (): Promise<Response> => {
    const response = new Response("abc");
    await response.text();
    return response;
  };
  await using engine = engineWith({ fetch });
  expect((await engine.request("/x/")).status).toBe(500);
});

test("a body that fails at once ends in an error page, a later failure breaks off", async () => {
  const fetch = ({ url }: Request): Response => {
    let first = url.endsWith("/later");
    return new Response(
      new ReadableStream({
        pull: async (controller) => {
          if (!first) throw new Error("broken body");
          first = false;
          controller.enqueue(new Uint8Array(100_000));
        },
      }),
    );
  };
  await using engine = engineWith({ fetch });
  expect((await engine.request("/x/now")).status).toBe(500);
  const later = await engine.request("/x/later");
  expect(later.status).toBe(200);
  await expect(later.text()).rejects.toThrow();
});

test("a body of something that is no bytes ends in an error page and is cancelled", async () => {
  let cancelled = false;
  const body = new ReadableStream({ pull: (controller) => controller.enqueue(5), cancel: () => void (cancelled = true) });
  await using engine = engineWith({ fetch: () => new Response(body) });
  expect((await engine.request("/x/")).status).toBe(500);
  expect(cancelled).toBe(true);
});

test("more than can be held at once is streamed, and what was held is not lost", async () => {
  const pieces = Array.from({ length: 300 }, (_, at) => String(at).padEnd(1_000));
  await using engine = engineWith({ fetch: () => new Response(ReadableStream.from(pieces).pipeThrough(new TextEncoderStream())) });
  expect((await (await engine.request("/x/")).text()) === pieces.join("")).toBe(true);
});

test("the signal tells that the client went away", async () => {
  const aborted = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const fetch = async ({ signal }: Request): Promise<Response> => {
    signal.addEventListener("abort", () => aborted.resolve());
    reached.resolve();
    await aborted.promise;
    return new Response("too late");
  };
  await using engine = engineWith({ fetch });
  const { port } = await engine.listen({ port: 0 });
  const client = await rawClient(port);
  client.socket.write("GET /x/ HTTP/1.1\r\nHost: a\r\n\r\n");
  await reached.promise;
  client.socket.destroy();
  await aborted.promise;
});

test("the signal stays quiet when the answer is complete", async () => {
  const signals: AbortSignal[] = [];
  await using engine = engineWith({
    fetch: ({ signal }: Request) => {
      signals.push(signal);
      return new Response("abc");
    },
  });
  const { port } = await engine.listen({ port: 0 });
  const client = await rawClient(port);
  client.socket.write("GET /x/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await client.closed;
  expect(signals[0]!.aborted).toBe(false);
});

test("a body that breaks off is an error of the handler's read", async () => {
  const failure = Promise.withResolvers<unknown>();
  const reached = Promise.withResolvers<void>();
  const fetch = async (request: Request): Promise<Response> => {
    reached.resolve();
    await request.text().catch(failure.resolve);
    return new Response("never");
  };
  await using engine = engineWith({ fetch });
  const { port } = await engine.listen({ port: 0 });
  const client = await rawClient(port);
  client.socket.write("POST /x/ HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  await reached.promise;
  client.socket.destroy();
  expect(await failure.promise).toMatchObject({ code: "SKITAI_REACTOR_BODY_ABORTED" });
});

test("a body that is too large is 413, whatever the handler makes of it", async () => {
  const fetch = async (request: Request): Promise<Response> => new Response(await request.text().catch(() => "survived"));
  await using engine = new Engine({ requestLog: false, logPath: temporaryDirectory(), maxPostBodySize: 10 }).mount("/x", { fetch });
  const streamed = ReadableStream.from([Buffer.alloc(6), Buffer.alloc(6)]);
  expect((await engine.request("/x/", { method: "POST", body: streamed })).status).toBe(413);
});

test("a handler that leaves the body unread can be asked again on the same connection", async () => {
  await using engine = engineWith({ fetch: ({ method }: Request) => new Response(method) });
  const { port } = await engine.listen({ port: 0 });
  const client = await rawClient(port);
  client.socket.write(
    "POST /x/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /x/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  );
  await client.closed;
  expect(client.text()).toMatch(/\r\n\r\nPOSTHTTP\/1\.1 200 OK[^]*\r\n\r\nGET$/);
});

test("methods and targets that Fetch cannot hold are refused", async () => {
  await using engine = engineWith({ fetch: () => new Response("reached") });
  const { port } = await engine.listen({ port: 0 });
  const statusOf = async (head: string): Promise<string> => {
    const client = await rawClient(port);
    client.socket.write(`${head}\r\nConnection: close\r\n\r\n`);
    await client.closed;
    return client.text().slice(9, 12);
  };
  expect(await statusOf("TRACE /x/ HTTP/1.1\r\nHost: a")).toBe("501");
  expect(await statusOf("GET /x/ HTTP/1.1\r\nHost: a b<")).toBe("400");
  expect(await statusOf("GET /x/ HTTP/1.0")).toBe("200");
});
