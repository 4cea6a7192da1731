import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodePath, isHidden } from "../src/static/file-path.ts";
import { rawClient } from "./support/raw-client.ts";
import { staticServer } from "./support/static-server.ts";

/** Paths that mean, or would mean after some more decoding, a place outside `/public`. */
const traversals = [
  "/../secret.txt",
  "/../../../../../../../../etc/passwd",
  "/a/../../secret.txt",
  "/a/..",
  "/a/./b.txt",
  "/.",
  "/..",
  "/%2e%2e/secret.txt",
  "/%2E%2e%2Fsecret.txt",
  "/..%2fsecret.txt",
  "/..%5csecret.txt",
  "/..\\secret.txt",
  "/\\..\\secret.txt",
  "/%5c../secret.txt",
  "/%252e%252e%252fsecret.txt",
  "/%25%32%65%25%32%65/secret.txt",
  "/%%32%65%%32%65/secret.txt",
  "/%%32e%%32e%%32fsecret.txt",
  "/..;/secret.txt",
  "/a/..;x=y/secret.txt",
  "/;/../secret.txt",
  "/%2e%2e%3b/secret.txt",
  "/%c0%ae%c0%ae/secret.txt",
  "/%e0%80%ae%e0%80%ae/secret.txt",
  "/%c0%af..%c0%afsecret.txt",
  "/%f0%80%80%ae%f0%80%80%ae/secret.txt",
  "/%ef%bc%8e%ef%bc%8e/secret.txt",
  "/%u002e%u002e/secret.txt",
  "/.%00./secret.txt",
  "/a/b.txt%00",
  "/a/b.txt%00.html",
  "/%00",
  "/a%0d%0ab",
  "/a/b.txt%0a",
  "/a/b.txt%7f",
  "/%",
  "/%2",
  "/%zz",
  "/%ff",
  "/%c3%28",
  "/%ed%a0%80",
  "/a//b.txt",
  "//a/b.txt",
  "//etc/passwd",
  "///etc/passwd",
  "/a/%2fb.txt",
  "/a%2fb.txt",
  "/a%5cb.txt",
  "/C:/secret.txt",
  "/a/b.txt::$DATA",
  "/a/b.txt/",
  "/a/b.txt/..",
  "/a/b.txt/../../../secret.txt",
  "/a/b.txt%2f..%2f..%2fsecret.txt",
  "/a/b.txt%20",
  "/a/b.txt.",
  "/.hidden",
  "/%2ehidden",
  "/a/.git/config",
  "/link/secret.txt",
  "/link",
  `/${"../".repeat(2_000)}secret.txt`,
  `/${"a/".repeat(2_500)}`,
  `/${"%61".repeat(2_000)}`,
  `/a/${"b".repeat(4_000)}.txt`,
];

describe("over a raw socket", () => {
  test.each(traversals)("GET %s is no file, and the next request is answered", async (path) => {
    const { server, directory } = await staticServer(
      { "public/a/b.txt": "fine", "public/.hidden": "x", "public/a/.git/config": "x", "secret.txt": "SECRET" },
      { mounts: [["", "public"]] },
    );
    symlinkSync("..", join(directory, "public/link"));
    const client = await rawClient(server.port);
    client.socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\nGET /a/b.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, "latin1");
    await client.closed;
    const [first, second] = client.text().split(/(?=HTTP\/1\.1 200)/);
    expect(first).toMatch(/^HTTP\/1\.1 404 /);
    expect(second).toMatch(/\r\n\r\nfine$/);
    expect(client.text()).not.toContain("SECRET");
  });

  test("a path of bytes that should have been encoded is refused before it comes here", async () => {
    const { server } = await staticServer({ "ж.txt": "x" });
    const client = await rawClient(server.port);
    client.socket.write("GET /\u00d0\u00b6.txt HTTP/1.1\r\nHost: a\r\n\r\n", "latin1");
    await client.closed;
    expect(client.text()).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(["//evil.example/d", "/\\evil.example/d", "/%2fevil.example/d", "/%5cevil.example/d", "/d/..//evil.example"])(
    "GET %s redirects nowhere",
    async (path) => {
      const { server } = await staticServer({ "d/x": "x", "evil.example/d/x": "x" });
      const client = await rawClient(server.port);
      client.socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      await client.closed;
      expect(client.text()).toMatch(/^HTTP\/1\.1 404 /);
      expect(client.text()).not.toMatch(/location/i);
    },
  );

  test("a HTTP/1.0 client gets a whole answer with a length, and the end of the connection unless it asks for more", async () => {
    const { server } = await staticServer(
      { "a.txt": "hello", "big.bin": Buffer.alloc(100_000, "x") },
      { maxCachedFile: 1_000, maxAge: [{ prefix: "/", seconds: 5 }] },
    );
    for (const [path, length] of [
      ["/a.txt", 5],
      ["/big.bin", 100_000],
    ] as const) {
      const once = await rawClient(server.port);
      once.socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
      await once.closed;
      const [head, body] = once.text().split("\r\n\r\n");
      expect(head).toContain(`Content-Length: ${length}`);
      expect(head).toContain("Connection: close");
      expect(head).toMatch(/Expires: .*GMT/);
      expect(head).not.toMatch(/transfer-encoding/i);
      expect(body).toHaveLength(length);
      const kept = await rawClient(server.port);
      kept.socket.write(`GET ${path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\nHEAD ${path} HTTP/1.0\r\n\r\n`);
      await kept.closed;
      expect(kept.text().match(new RegExp(`Content-Length: ${length}\r`, "g"))).toHaveLength(2);
    }
  });
});

test("of all these, the disk is asked only for names that stay where they are", () => {
  const asked = traversals.map(decodePath).filter((path) => path !== undefined && !isHidden(path, 0));
  expect(asked.filter((path) => path!.length < 100)).toEqual([
    "/%2e%2e%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/．．/secret.txt",
    "/C:/secret.txt",
    "/a/b.txt::$DATA",
    "/a/b.txt/",
    "/a/b.txt ",
    "/a/b.txt.",
    "/link/secret.txt",
    "/link",
  ]);
});
