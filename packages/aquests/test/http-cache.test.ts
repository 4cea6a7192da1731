import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpCache } from "@skitai/reactor/cache";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { serve, type Served } from "./support/serve.ts";

const counting = (
  headers: Record<string, string> = { "Cache-Control": "max-age=60" },
): Promise<Served & { readonly requests: string[] }> => {
  let count = 0;
  return serve((req, res) => {
    if (req.headers["if-none-match"] === '"1"') return void res.writeHead(304, headers).end();
    res.writeHead(200, { "Content-Type": "text/plain", ...headers }).end(`${++count} ${req.headers.authorization ?? ""}`);
  });
};

describe("a client without a cache", () => {
  test("asks each time", async () => {
    await using server = await counting();
    const client = clientOf();
    await client.get(server.url);
    expect(await client.get(server.url)).toMatchObject({ text: "2 ", cached: false });
  });
});

describe("a client with a cache", () => {
  const cache = { memory: "8mb" } as const;

  test("answers from it while it may", async () => {
    await using server = await counting();
    const client = clientOf({ cache });
    expect(await client.get(server.url)).toMatchObject({ status: 3, reason: "OK", version: "HTTP/1.1", text: "1 ", cached: false });
    expect(await client.get(server.url)).toMatchObject({ status: 3, reason: "OK", text: "1 ", cached: true, url: `${server.url}/` });
    expect(server.requests).toHaveLength(1);
  });

  test("asks whether what it has is still so", async () => {
    await using server = await counting({ "Cache-Control": "no-cache", ETag: '"1"' });
    const client = clientOf({ cache });
    await client.get(server.url);
    expect(await client.get(server.url)).toMatchObject({ statusCode: 200, text: "1 ", cached: true });
    expect(server.requests).toHaveLength(2);
  });

  test("asks the server where the call wants no kept answer, and keeps the new one", async () => {
    await using server = await counting();
    const client = clientOf({ cache });
    await client.get(server.url);
    expect((await client.get(server.url, { useCache: false })).text).toBe("2 ");
    expect((await client.get(server.url, { useCache: Date.now() })).text).toBe("3 ");
    expect((await client.get(server.url)).text).toBe("3 ");
  });

  test("asks once for what several want at once", async () => {
    await using server = await serve(
      (_, res) => void setTimeout(() => res.writeHead(200, { "Cache-Control": "max-age=60" }).end("one"), 20),
    );
    const client = clientOf({ cache });
    await client.get(`${server.url}/?warm`);
    const results = await Promise.all(Array.from({ length: 10 }, () => client.get(server.url)));
    expect(results.every(({ text }) => text === "one")).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  test("goes on for the others when the one that asked gives up", async () => {
    let finish = (): void => {};
    await using server = await serve((_, res) => void (finish = () => res.writeHead(200, { "Cache-Control": "max-age=60" }).end("one")));
    const client = clientOf({ cache });
    const first = client.get(server.url);
    await eventually(() => server.requests.length === 1);
    const second = client.get(server.url);
    first.abort();
    expect(await first).toMatchObject({ statusCode: 712 });
    finish();
    const rs = await second;
    expect(rs).toMatchObject({ status: 3, text: "one" });
  });

  test("frees the connection when nobody waits any more", async () => {
    let closed = 0;
    await using server = await serve((_, res) => void res.once("close", () => closed++));
    expect(await clientOf({ cache }).get(server.url, { timeout: 50 })).toMatchObject({ status: 1, statusCode: 730 });
    await eventually(() => closed === 1);
  });

  test("shows nobody what was for another", async () => {
    await using server = await counting();
    const client = clientOf({ cache });
    expect((await client.get(server.url, { auth: ["a"] })).text).toBe("1 Bearer a");
    expect((await client.get(server.url, { auth: ["b"] })).text).toBe("2 Bearer b");
    expect((await client.get(server.url)).text).toBe("3 ");
  });

  test("keeps answers compressed and gives them plain", async () => {
    await using server = await serve(
      (_, res) =>
        void res
          .writeHead(200, { "Cache-Control": "max-age=60", "Content-Encoding": "gzip", Vary: "Accept-Encoding" })
          .end(gzipSync("hello")),
    );
    const client = clientOf({ cache });
    expect(await client.get(server.url)).toMatchObject({ text: "hello" });
    expect(await client.get(server.url)).toMatchObject({ text: "hello", cached: true });
  });

  test("drops what a POST may have changed", async () => {
    await using server = await counting();
    const client = clientOf({ cache });
    await client.get(server.url);
    await client.post(server.url, { a: 1 });
    expect((await client.get(server.url)).cached).toBe(false);
  });

  test("is one for all members of an alias", async () => {
    await using one = await counting();
    await using two = await counting();
    const client = clientOf({ cache });
    client.alias("@pages", "http", [one.address, two.address]);
    for (let round = 0; round < 6; round++) expect(await client.get("@pages/a")).toMatchObject({ status: 3, text: "1 " });
    expect(one.requests.length + two.requests.length).toBe(1);
  });

  test("keeps redirects too", async () => {
    await using server = await serve((req, res) =>
      req.url === "/old"
        ? void res.writeHead(301, { Location: "/new", "Cache-Control": "max-age=60" }).end()
        : void res.writeHead(200, { "Cache-Control": "max-age=60" }).end("new"),
    );
    const client = clientOf({ cache });
    await client.get(`${server.url}/old`);
    expect(await client.get(`${server.url}/old`)).toMatchObject({ text: "new", cached: true });
    expect(server.requests).toHaveLength(2);
  });

  test("keeps no faults", async () => {
    let breaks = true;
    await using server = await serve((_, res) => (breaks ? void res.destroy() : res.end("ok")));
    const client = clientOf({ cache });
    expect(await client.get(server.url)).toMatchObject({ status: 2, statusCode: 700 });
    breaks = false;
    expect(await client.get(server.url)).toMatchObject({ status: 3, text: "ok" });
  });

  test("finds on disk what an earlier client has left", async () => {
    const path = await mkdtemp(join(tmpdir(), "aquests-cache-"));
    onTestFinished(() => rm(path, { recursive: true }));
    await using server = await counting();
    const first = clientOf({ cache: { disk: "8mb", path } });
    await first.get(server.url);
    await first.close();
    expect(await clientOf({ cache: { disk: "8mb", path } }).get(server.url)).toMatchObject({ text: "1 ", cached: true });
  });

  test("may be one that others use, who close it", async () => {
    await using server = await counting();
    await using shared = new HttpCache({ shared: false });
    const client = clientOf({ cache: shared });
    await client.get(server.url);
    await client.close();
    expect(await clientOf({ cache: shared }).get(server.url)).toMatchObject({ cached: true });
  });

  test("without a size is refused", () => {
    expect(() => clientOf({ cache: {} })).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_OPTION" }));
  });
});
