import { connect } from "node:net";
import { expect, test } from "vitest";
import { type Fault, faults, startFaultyPeer } from "../src/index.ts";

/** What arrives for one request until the peer closes, or has sent all it will; and how it ended. */
const askOnce = async (port: number): Promise<{ text: string; error?: string }> => {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  let error: string | undefined;
  socket.setEncoding("latin1").on("data", (piece: string) => {
    text += piece;
    if (text.length > 1e6) socket.destroy();
  });
  socket.on("error", (cause) => (error = cause.message));
  // A peer that neither sends nor closes is left alone after a while.
  socket.setTimeout(50, () => socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  return { text, ...(error !== undefined && { error }) };
};

const expected: Partial<Record<Fault, RegExp>> = {
  silent: /^$/,
  "close-at-once": /^$/,
  "half-head": /Content-Le$/,
  "endless-head": /X-Field-100:/,
  "silent-in-body": /x{500}$/,
  "truncated-body": /Content-Length: 1000\r\n\r\nx{500}$/,
  "overlong-body": /Content-Length: 5\r\n\r\nhello, and/,
  "endless-body": /x{1024}\r\n400\r\nx{1024}/,
  "broken-chunk": /\r\nzz\r\n$/,
  "truncated-chunks": /5\r\nhello\r\n$/,
  "broken-gzip": /gzip[^]*hello world$/,
  "two-lengths": /Length: 5\r\nContent-Length: 7/,
  "close-idle": /keep-alive\r\n\r\nhello$/,
  "unasked-answer": /hello(HTTP[^]*)hello$/,
  none: /text\/plain\r\n\r\nhello$/,
};

test.for(Object.entries(expected))("a peer with the fault %s sends what it should", async ([fault, pattern]) => {
  await using peer = await startFaultyPeer(fault as Fault);
  expect((await askOnce(peer.port)).text).toMatch(pattern);
  expect([peer.connections, peer.requests.length]).toEqual([1, 1]);
});

test.for(["reset", "reset-in-body"] as const)("a peer with the fault %s resets the connection", async (fault) => {
  await using peer = await startFaultyPeer(fault);
  expect((await askOnce(peer.port)).error).toContain("ECONNRESET");
});

test("a peer that sends garbage sends no HTTP", async () => {
  await using peer = await startFaultyPeer("garbage");
  const { text } = await askOnce(peer.port);
  expect([text.length, text.includes("HTTP")]).toEqual([512, false]);
});

test("a peer can change its fault between two requests", async () => {
  await using peer = await startFaultyPeer("silent");
  peer.fault = "none";
  expect((await askOnce(peer.port)).text).toContain("hello");
});

test("every fault has a name", () => {
  expect(faults).toEqual(expect.arrayContaining([...Object.keys(expected), "reset", "reset-in-body", "garbage"]));
  expect(faults).toHaveLength(Object.keys(expected).length + 3);
});

test("a closed peer refuses connections", async () => {
  const peer = await startFaultyPeer("none");
  await peer.close();
  expect((await askOnce(peer.port)).error).toContain("ECONNREFUSED");
});
