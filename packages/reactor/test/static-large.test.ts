import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { respondError } from "../src/response/error-page.ts";
import { replyWithFile } from "../src/static/file-reply.ts";
import { MaxAges } from "../src/static/max-age.ts";
import { StaticFile } from "../src/static/static-file.ts";
import { rawClient } from "./support/raw-client.ts";
import { openDescriptors, staticServer } from "./support/static-server.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { wasServer } from "./support/was-server.ts";

const megabyte = 1024 ** 2;
/** More than a connection's buffers on both sides take. */
const huge = Buffer.alloc(24 * megabyte, "0123456789abcdef");
const hasProc = existsSync("/proc/self/fd");

describe.each([
  ["HTTP/1.1", false],
  ["HTTP/2", true],
])("a large file over %s", (_, http2) => {
  test("arrives as it is, whole and in parts, also to many at once", async () => {
    const content = randomBytes(3 * megabyte + 17);
    const { ask } = await staticServer({ "big.bin": content }, { http2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask("/big.bin")));
    for (const { status, headers, body } of answers) {
      expect(status).toBe(200);
      expect(headers["content-length"]).toBe(String(content.length));
      expect(body.equals(content)).toBe(true);
    }
    const part = await ask("/big.bin", { range: `bytes=1000-${2 * megabyte}` });
    expect(part.status).toBe(206);
    expect(part.body.equals(content.subarray(1000, 2 * megabyte + 1))).toBe(true);
  });
});

describe.runIf(hasProc)("a file that is being sent", () => {
  const head = "GET /big.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  test("over HTTP/1.1 and is cut off breaks the connection", async () => {
    const { server, directory, ask } = await staticServer({ "big.bin": huge });
    const client = await rawClient(server.port);
    client.socket.write(head);
    await client.until(/\r\n\r\n/);
    client.socket.pause();
    truncateSync(join(directory, "big.bin"), 1000);
    client.socket.resume();
    await client.closed;
    expect(client.text()).toContain(`Content-Length: ${huge.length}`);
    expect(client.text().length).toBeLessThan(huge.length);
    await vi.waitFor(() => expect(openDescriptors(join(directory, "big.bin"))).toBe(0));
    expect((await ask("/big.bin")).body).toHaveLength(1000);
  });

  test("over HTTP/2 and is cut off resets the stream with an error", async () => {
    const { server, directory } = await staticServer({ "big.bin": huge }, { http2: true });
    const session = connectHttp2(server.url);
    onTestFinished(() => session.destroy());
    const stream = session.request({ ":path": "/big.bin" });
    await new Promise((resolve) => stream.once("response", resolve));
    truncateSync(join(directory, "big.bin"), 1000);
    const error = new Promise((resolve) => stream.once("error", resolve));
    stream.resume();
    expect(await error).toMatchObject({ message: expect.stringContaining("NGHTTP2_INTERNAL_ERROR") });
    await vi.waitFor(() => expect(openDescriptors(join(directory, "big.bin"))).toBe(0));
  });

  test("and grows is sent as long as was promised", async () => {
    const { server, directory, ask } = await staticServer({ "big.bin": huge });
    const client = await rawClient(server.port);
    client.socket.write(head);
    await client.until(/\r\n\r\n/);
    client.socket.pause();
    appendFileSync(join(directory, "big.bin"), "more");
    client.socket.resume();
    await client.closed;
    expect(client.text().length - client.text().indexOf("\r\n\r\n") - 4).toBe(huge.length);
    expect((await ask("/big.bin")).body).toHaveLength(huge.length + 4);
  });
});

describe.runIf(hasProc)("a client", () => {
  test("that leaves while a file is sent leaves no descriptor behind", async () => {
    const { server, directory } = await staticServer({ "big.bin": huge });
    const path = join(directory, "big.bin");
    for (let turn = 0; turn < 5; turn++) {
      const client = await rawClient(server.port);
      client.socket.write("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.until(/\r\n\r\n/);
      client.socket.pause();
      expect(openDescriptors(path)).toBe(1);
      client.socket.destroy();
      await vi.waitFor(() => expect(openDescriptors(path)).toBe(0));
    }
  });

  test("that cancels its HTTP/2 stream leaves no descriptor behind and keeps its connection", async () => {
    const { server, directory } = await staticServer({ "big.bin": huge, "a.txt": "a" }, { http2: true });
    const session = connectHttp2(server.url);
    onTestFinished(() => session.destroy());
    const path = join(directory, "big.bin");
    for (let turn = 0; turn < 5; turn++) {
      const stream = session.request({ ":path": "/big.bin" });
      await new Promise((resolve) => stream.once("response", resolve));
      expect(openDescriptors(path)).toBe(1);
      const closed = new Promise((resolve) => stream.once("close", resolve));
      stream.close();
      await closed;
      await vi.waitFor(() => expect(openDescriptors(path)).toBe(0));
    }
    const stream = session.request({ ":path": "/a.txt" });
    expect(await new Promise((resolve) => stream.setEncoding("utf8").once("data", resolve))).toBe("a");
  });

  test("that pipelines many large files has one of them open, and none when it leaves", async () => {
    const { server, directory, returned } = await staticServer({ "big.bin": huge });
    const path = join(directory, "big.bin");
    const client = await rawClient(server.port);
    client.socket.write("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20));
    await client.until(/\r\n\r\n/);
    client.socket.pause();
    await vi.waitFor(() => expect(returned).toHaveLength(20));
    expect(openDescriptors(path)).toBe(1);
    client.socket.destroy();
    await vi.waitFor(() => expect(openDescriptors(path)).toBe(0));
  });

  test("that does not read is not read for", async () => {
    let socket: Socket | undefined;
    const { server } = await staticServer({ "big.bin": huge }, { before: (req) => void (socket = req.socket) });
    const client = await rawClient(server.port);
    client.socket.write("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(/\r\n\r\n/);
    client.socket.pause();
    await vi.waitFor(() => expect(socket!.writableLength).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(socket!.writableLength).toBeLessThan(megabyte);
    expect(socket!.bytesWritten).toBeLessThan(huge.length);
    client.socket.destroy();
  });
});

test("pipelined files of all sizes arrive in their order", async () => {
  const large = "L".repeat(megabyte + 5);
  const { server } = await staticServer({ "large.txt": large, "small.txt": "s" });
  const client = await rawClient(server.port);
  const ask = (path: string, last = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${last}\r\n`;
  client.socket.write(
    ask("/large.txt") + ask("/small.txt") + ask("/large.txt") + ask("/none") + ask("/small.txt", "Connection: close\r\n"),
  );
  await client.closed;
  const statuses = [...client.text().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual(["200", "200", "200", "404", "200"]);
  expect(client.text().split(large)).toHaveLength(3);
});

describe("between the look and the opening", () => {
  /** Serves what `path` was some time ago. */
  const serveOutdated = async (
    change: (path: string) => void,
  ): Promise<{ status: number; text: string; etag: string | null; returned: boolean[] }> => {
    const path = join(temporaryDirectory(), "a.txt");
    writeFileSync(path, "before");
    const parts = { root: "/", path, realPath: path, stats: statSync(path), body: undefined, coding: undefined, server: undefined };
    const file = new StaticFile(parts);
    change(path);
    const returned: boolean[] = [];
    await using server = await wasServer(async (was) => {
      returned.push(await replyWithFile(was, file, 0, new MaxAges([])));
      if (!returned[0]) respondError(was, 404);
    });
    const res = await fetch(server.url);
    return { status: res.status, text: await res.text(), etag: res.headers.get("etag"), returned };
  };

  test("a file that is replaced is described as it is then", async () => {
    const { etag } = await serveOutdated(() => {});
    const changed = await serveOutdated((path) => {
      writeFileSync(`${path}.new`, "something longer");
      renameSync(`${path}.new`, path);
    });
    expect(changed).toMatchObject({ status: 200, text: "something longer" });
    expect(changed.etag).not.toBe(etag);
  });

  test("a file that is emptied is empty", async () => {
    expect(await serveOutdated((path) => truncateSync(path, 0))).toMatchObject({ status: 200, text: "" });
  });

  test("a file that goes away, or becomes a directory or a link, is no file", async () => {
    const gone = (path: string): void => rmSync(path);
    const directory = (path: string): void => (rmSync(path), void mkdirSync(path));
    const link = (path: string): void => (rmSync(path), symlinkSync("/etc/hostname", path));
    for (const change of [gone, directory, link]) expect(await serveOutdated(change)).toMatchObject({ status: 404, returned: [false] });
  });
});
