import { rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { staticServer, writeTree, type StaticServer, type StaticServerOptions } from "./support/static-server.ts";

const content = { "app.js": "plain", "app.js.br": "brotli", "app.js.zst": "zstandard", "app.js.gz": "gzipped", "page.htm": "page" };
const browser = "gzip, deflate, br, zstd";

/** All files with one modification time. */
const serve = async (files: Record<string, string> = content, options: StaticServerOptions = {}): Promise<StaticServer> => {
  const server = await staticServer(files, options);
  for (const name of Object.keys(files)) utimesSync(join(server.directory, name), 1_000_000_000, 1_000_000_000);
  return server;
};

describe.each([
  ["small variants over HTTP/1.1", {}],
  ["large variants over HTTP/1.1", { maxCachedFile: 1 }],
  ["small variants over HTTP/2", { http2: true }],
])("%s", (_, options) => {
  test.each([
    [browser, "br", "brotli"],
    ["gzip", "gzip", "gzipped"],
    ["zstd, gzip", "zstd", "zstandard"],
    ["gzip;q=1, br;q=0.5", "gzip", "gzipped"],
    ["br;q=0, *", "zstd", "zstandard"],
    ["identity, br;q=0.5", undefined, "plain"],
    ["deflate", undefined, "plain"],
    ["*;q=0", undefined, "plain"],
  ])("Accept-Encoding: %s gets %s", async (accepted, coding, text) => {
    const { ask } = await serve(content, options);
    for (let turn = 0; turn < 2; turn++) {
      const answer = await ask("/app.js", { "accept-encoding": accepted });
      expect(answer).toMatchObject({
        status: 200,
        text,
        headers: { vary: "Accept-Encoding", "content-type": "text/javascript; charset=utf-8", "content-length": String(text.length) },
      });
      expect(answer.headers["content-encoding"]).toBe(coding);
    }
  });

  test("each variant has an entity tag of its own, which brings 304", async () => {
    const { ask } = await serve({ "app.js": "same", "app.js.br": "same", "app.js.gz": "same" }, options);
    const tags = new Set<string>();
    for (const accepted of ["identity", "br", "gzip"]) {
      const { etag } = (await ask("/app.js", { "accept-encoding": accepted })).headers;
      tags.add(etag!);
      expect(await ask("/app.js", { "accept-encoding": accepted, "if-none-match": etag })).toMatchObject({
        status: 304,
        headers: { vary: "Accept-Encoding", etag },
      });
    }
    expect(tags.size).toBe(3);
    expect((await ask("/app.js", { "accept-encoding": "gzip", "if-none-match": (await ask("/app.js")).headers.etag })).status).toBe(200);
  });

  test("HEAD has the headers of the variant", async () => {
    const { ask } = await serve(content, options);
    const accepted = { "accept-encoding": browser };
    const { headers } = await ask("/app.js", accepted);
    expect({ ...(await ask("/app.js", accepted, "HEAD")).headers, date: "" }).toEqual({ ...headers, date: "" });
  });
});

test("without Accept-Encoding the file itself is sent, and caches are told that there are others", async () => {
  const { ask } = await serve();
  const { headers, text } = await ask("/app.js");
  expect(text).toBe("plain");
  expect(headers.vary).toBe("Accept-Encoding");
  expect((await ask("/page.htm")).headers).not.toHaveProperty("vary");
  expect((await ask("/page.htm", { "accept-encoding": browser })).headers).not.toHaveProperty("vary");
});

test("a range is of the file itself", async () => {
  const { ask } = await serve();
  const answer = await ask("/app.js", { "accept-encoding": browser, range: "bytes=1-2" });
  expect(answer).toMatchObject({ status: 206, text: "la" });
  expect(answer.headers).not.toHaveProperty("content-encoding");
});

test("a variant that is older than the file is not used", async () => {
  const { ask, directory } = await serve();
  utimesSync(join(directory, "app.js.br"), 999_999_999, 999_999_999);
  expect((await ask("/app.js", { "accept-encoding": browser })).text).toBe("zstandard");
  utimesSync(join(directory, "app.js"), 1_000_000_001, 1_000_000_001);
  expect((await ask("/app.js", { "accept-encoding": browser })).text).toBe("plain");
});

test("variants that appear, change and vanish are noticed at once", async () => {
  const { ask, directory } = await serve({ "app.js": "plain" });
  const accepted = { "accept-encoding": browser };
  expect((await ask("/app.js", accepted)).headers).not.toHaveProperty("vary");
  writeTree(directory, { "app.js.gz": "zipped" });
  expect(await ask("/app.js", accepted)).toMatchObject({ text: "zipped", headers: { vary: "Accept-Encoding" } });
  expect((await ask("/app.js")).headers.vary).toBe("Accept-Encoding");
  writeTree(directory, { "app.js.gz": "zipped again" });
  expect((await ask("/app.js", accepted)).text).toBe("zipped again");
  rmSync(join(directory, "app.js.gz"));
  expect((await ask("/app.js", accepted)).text).toBe("plain");
});

test("a variant that is asked for by name is a file like any other", async () => {
  const { ask } = await serve();
  for (let turn = 0; turn < 2; turn++) {
    expect((await ask("/app.js", { "accept-encoding": "gzip" })).headers["content-encoding"]).toBe("gzip");
    const { headers, text } = await ask("/app.js.gz");
    expect(text).toBe("gzipped");
    expect(headers["content-type"]).toBe("application/gzip");
    expect(headers).not.toHaveProperty("content-encoding");
  }
});

test("a variant that leads out of the directory is not used", async () => {
  const { ask, directory } = await staticServer({ "public/app.js": "plain", "secret.br": "secret" }, { mounts: [["", "public"]] });
  symlinkSync("../secret.br", join(directory, "public/app.js.br"));
  for (let turn = 0; turn < 2; turn++) expect((await ask("/app.js", { "accept-encoding": "br" })).text).toBe("plain");
});

test("index files have variants too", async () => {
  const { ask } = await serve({ "index.html": "plain", "index.html.br": "brotli" });
  expect(await ask("/", { "accept-encoding": "br" })).toMatchObject({
    text: "brotli",
    headers: { "content-type": "text/html; charset=utf-8" },
  });
});
