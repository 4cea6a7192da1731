import { execFile } from "node:child_process";
import { connect, type ServerHttp2Stream } from "node:http2";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { respondError } from "../src/response/error-page.ts";
import { respond } from "../src/response/respond.ts";
import type { Was } from "../src/was/was.ts";
import { rawClient } from "./support/raw-client.ts";
import { wasServer } from "./support/was-server.ts";

afterEach(() => void vi.useRealTimers());

const refuse = (was: Was): void => (was.req.method === "POST" ? respondError(was, 413) : void respond(was, 200, [], "next"));
const next = "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

test("a refused body of up to 1 MiB is dropped and the connection goes on", async () => {
  await using server = await wasServer(refuse);
  const client = await rawClient(server.port);
  client.socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n${"x".repeat(1_048_576)}${next}`);
  await client.closed;
  expect(client.text()).toMatch(/^HTTP\/1\.1 413 [^]*Connection: keep-alive[^]*HTTP\/1\.1 200 OK[^]*next$/);
});

for (const [what, head, body] of [
  ["a longer body", "Content-Length: 50000000", "x".repeat(65_536)],
  ["a body of unknown length", "Transfer-Encoding: chunked", `10000\r\n${"x".repeat(65_536)}\r\n`],
] as const) {
  test(`a client that sends ${what} without looking can still read the answer`, async () => {
    await using server = await wasServer(refuse);
    const client = await rawClient(server.port);
    // The client reads nothing until it has sent a lot: more than the buffers between the two hold.
    client.socket.pause();
    client.socket.write(`POST / HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
    for (let sent = 0; sent < 30_000_000; sent += body.length) {
      if (!client.socket.write(body))
        await Promise.race([client.closed, new Promise<void>((resolve) => client.socket.once("drain", resolve))]);
    }
    client.socket.resume();
    await client.closed;
    expect(client.text()).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close[^]*<\/html>\n$/);
    // An orderly end, no reset.
    expect(await client.closed).toBe("end");
  });
}

test("the connection is closed as soon as the client is done", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  await using server = await wasServer(refuse);
  const socketClosed = new Promise<void>((resolve) => server.server.once("connection", (socket) => socket.once("close", resolve)));
  const client = await rawClient(server.port);
  client.socket.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  await client.closed;
  expect(vi.getTimerCount()).toBe(1);
  client.socket.write("0\r\n\r\n");
  await socketClosed;
  expect(vi.getTimerCount()).toBe(0);
});

test("a client that never stops is cut off after 64 MiB", async () => {
  await using server = await wasServer(refuse);
  const client = await rawClient(server.port);
  client.socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n");
  const piece = Buffer.alloc(1_048_576);
  let sent = 0;
  const send = (): void => {
    while (!client.socket.destroyed && client.socket.write(piece)) sent += piece.length;
    sent += piece.length;
  };
  client.socket.on("drain", send);
  client.socket.on("error", () => {});
  send();
  await new Promise((resolve) => client.socket.once("close", resolve));
  expect(sent).toBeGreaterThan(60 * 1_048_576);
  expect(sent).toBeLessThan(90 * 1_048_576);
});

test("a client that neither sends nor leaves is cut off after 2 s", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  await using server = await wasServer(refuse);
  const socketClosed = new Promise<void>((resolve) => server.server.once("connection", (socket) => socket.once("close", resolve)));
  const client = await rawClient(server.port);
  client.socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  expect(await client.closed).toBe("end");
  vi.advanceTimersByTime(1_999);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1);
  await socketClosed;
  client.socket.destroy();
});

test("whoever still reads a refused body sees it break off, and never a body with a hole", async () => {
  const seen: string[] = [];
  await using server = await wasServer(async (was) => {
    was.req.once("data", () => respondError(was, 413));
    try {
      for await (const chunk of was.req) seen.push(String(chunk));
      seen.push("complete");
    } catch {
      seen.push("broken off");
    }
  });
  const client = await rawClient(server.port);
  client.socket.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
  await client.until(/<\/html>/);
  client.socket.end("6\r\nsecond\r\n0\r\n\r\n");
  await client.closed;
  await Promise.all(server.outcomes);
  expect(seen.join()).not.toContain("second");
  expect(seen.at(-1)).toBe("broken off");
});

test("HTTP/2 tells the client to stop sending, after the answer", async () => {
  await using server = await wasServer(refuse, { http2: true });
  const session = connect(server.url);
  const stream = session.request({ ":method": "POST", ":path": "/" });
  stream.on("error", () => {});
  stream.write(Buffer.alloc(500_000));
  const closed = new Promise((resolve) => server.server.once("stream", (accepted: ServerHttp2Stream) => accepted.once("close", resolve)));
  let page = "";
  stream.setEncoding("utf8").on("data", (text: string) => (page += text));
  const status = await new Promise<unknown>((resolve) => stream.once("response", (headers) => resolve(headers[":status"])));
  await new Promise((resolve) => stream.once("end", resolve));
  expect([status, stream.rstCode]).toEqual([413, 0]);
  expect(page).toContain("</html>");
  await closed;
  session.destroy();
});

test("an upload of 200 MB with curl ends with the page of the 413", async ({ skip }) => {
  const run = promisify(execFile);
  if (
    !(await run("curl", ["--version"]).then(
      () => true,
      () => false,
    ))
  )
    skip("curl is not installed");
  const directory = await mkdtemp(join(tmpdir(), "skitai-discard-"));
  try {
    const file = join(directory, "large");
    await writeFile(file, Buffer.alloc(200_000_000));
    await using server = await wasServer(refuse);
    for (const args of [
      ["-H", "Expect:"],
      ["-H", "Expect: 100-continue"],
      ["-H", "Expect:", "-H", "Transfer-Encoding: chunked"],
    ]) {
      const { stdout } = await run("curl", [
        "-sS",
        "--noproxy",
        "*",
        "-w",
        "%{http_code}",
        ...args,
        "--data-binary",
        `@${file}`,
        server.url,
      ]);
      expect(stdout).toMatch(/413 Payload Too Large[^]*413$/);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});
