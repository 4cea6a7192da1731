import { createHash } from "node:crypto";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startFaultyPeer } from "@skitai-internal/services";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { createRuntime } from "../src/client/client.ts";
import { createClient, type Client } from "../src/index.ts";
import { openSockets } from "../src/websocket/open.ts";
import { webSocketVerb } from "../src/websocket/verb.ts";
import { eventually } from "./support/eventually.ts";
import { serve } from "./support/serve.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let client: Client;
const closers: (() => unknown)[] = [];
beforeEach(() => (client = createClient({ timeout: "5s" })));
afterEach(async () => {
  await client.close();
  for (const close of closers.splice(0)) await close();
});

/** A server that accepts a WebSocket as it should, then does what a test says with its bytes. */
const upgrade = async (act: (socket: Socket) => unknown, accept = (key: string): string => key): Promise<number> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", (head) => {
      const key = /sec-websocket-key: (\S+)/i.exec(head.toString())?.[1] ?? "";
      const digest = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(digest)}\r\n\r\n`,
      );
      act(socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

test("a refused connection is said so", async () => {
  expect(await client.ws("ws://127.0.0.1:1/", "hello")).toMatchObject({ status: 2, statusCode: 714 });
  await expect(client.ws.connect("ws://127.0.0.1:1/")).rejects.toMatchObject({ code: "SKITAI_AQUESTS_CONNECT_FAILED" });
});

test("a server that answers with an HTTP error opens none, and what it says can be read", async () => {
  await using server = await serve((_, res) => res.writeHead(404, { "X-Why": "gone" }).end("no such room"));
  const refused = { code: "SKITAI_AQUESTS_HANDSHAKE", statusCode: 716 };
  const details = { statusCode: 404, reason: "Not Found", headers: { "x-why": "gone" }, content: Buffer.from("no such room") };
  const rs = await client.ws(server.url.replace("http", "ws"), "hello");
  expect(rs).toMatchObject({ status: 2, statusCode: 716, data: null, error: refused, details });
  await expect(client.ws.connect(server.url.replace("http", "ws"))).rejects.toMatchObject({ ...refused, details });
});

test("a server that knows no WebSocket and answers 200 opens none", async () => {
  await using server = await serve((_, res) => res.end("hello"));
  const url = server.url.replace("http", "ws");
  expect(await client.ws(url, "hello")).toMatchObject({ status: 2, statusCode: 716, data: null });
  await expect(client.ws.connect(url)).rejects.toMatchObject({ code: "SKITAI_AQUESTS_HANDSHAKE", statusCode: 716 });
});

test("a wrong handshake is said so", async () => {
  const port = await upgrade(
    () => {},
    () => "wrong",
  );
  expect(await client.ws(`ws://127.0.0.1:${port}/`, "hello")).toMatchObject({
    status: 2,
    statusCode: 716,
    error: { code: "SKITAI_AQUESTS_HANDSHAKE" },
  });
});

test.each([
  ["garbage", 707],
  ["reset", 700],
  ["close-at-once", 700],
] as const)("a server that answers with the fault %s is %i", async (fault, statusCode) => {
  await using peer = await startFaultyPeer(fault);
  expect(await client.ws(`ws://127.0.0.1:${peer.port}/`, "hello")).toMatchObject({ status: 2, statusCode });
});

test("a server that never answers ends in time, and its connection with it", async () => {
  await using peer = await startFaultyPeer("silent");
  expect(await client.ws(`ws://127.0.0.1:${peer.port}/`, "hello", { timeout: 60 })).toMatchObject({ status: 1, statusCode: 730 });
  await expect.poll(() => peer.open).toBe(0);
});

test.each([
  ["a masked frame", Buffer.from([0x81, 0x81, 1, 2, 3, 4, 0x60])],
  ["an unknown opcode", Buffer.from([0x83, 0])],
  ["text that is no UTF-8", Buffer.from([0x81, 1, 0xff])],
  ["a reserved bit", Buffer.from([0xa1, 0])],
  ["a continuation of nothing", Buffer.from([0x80, 0])],
])("%s is no answer", async (_, frame) => {
  const port = await upgrade((socket) => socket.write(frame));
  expect(await client.ws(`ws://127.0.0.1:${port}/`, "hello")).toMatchObject({ status: 2, statusCode: 709 });
  const socket = await client.ws.connect(`ws://127.0.0.1:${port}/`);
  await expect(socket[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_BAD_CONTENT" });
});

test("a message in pieces is one message", async () => {
  const port = await upgrade((socket) => socket.write(Buffer.from([0x01, 2, 0x61, 0x62, 0x89, 0, 0x80, 1, 0x63])));
  expect((await client.ws(`ws://127.0.0.1:${port}/`)).reraise().data).toBe("abc");
});

test("a claimed length of the largest possible is refused before its bytes are there", async () => {
  const port = await upgrade((socket) => socket.write(Buffer.from([0x82, 127, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])));
  expect(await client.ws(`ws://127.0.0.1:${port}/`)).toMatchObject({ status: 2, statusCode: 719 });
});

test("a server that answers no ping is given up by the heartbeat", async () => {
  const port = await upgrade(() => {});
  const socket = await client.ws.connect(`ws://127.0.0.1:${port}/`, { heartbeat: 15 });
  await expect(socket[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DISCONNECTED" });
});

test("a ping that is not answered ends in time", async () => {
  const port = await upgrade(() => {});
  const socket = await client.ws.connect(`ws://127.0.0.1:${port}/`);
  await expect(socket.ping(30)).rejects.toMatchObject({ code: "SKITAI_AQUESTS_TIMEOUT" });
});

test("opening can be given up", async () => {
  await using peer = await startFaultyPeer("silent");
  const control = new AbortController();
  const connecting = client.ws.connect(`ws://127.0.0.1:${peer.port}/`, { signal: control.signal });
  await expect.poll(() => peer.open).toBe(1);
  control.abort();
  await expect(connecting).rejects.toMatchObject({ code: "SKITAI_AQUESTS_ABORTED" });
  await expect.poll(() => peer.open).toBe(0);
});

test("a member that refuses is passed over; one that has the message is not replaced", async () => {
  let asked = 0;
  const ports = await Promise.all(
    [0, 1].map(() =>
      upgrade((socket) => {
        socket.once("data", () => {
          asked++;
          socket.resetAndDestroy();
        });
      }),
    ),
  );
  client.alias("@echo", "ws", ["127.0.0.1:1", ...ports.map((port) => `127.0.0.1:${port}`)]);
  expect(await client.ws.lb("@echo", "hello")).toMatchObject({ status: 2 });
  expect(asked).toBe(1);
});

test("a client that is closed ends its calls, and opens no connection more", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  let opened = 0;
  const port = await upgrade(() => (opened++, resolve()));
  const calling = client.ws(`ws://127.0.0.1:${port}/`);
  await asked;
  await client.close();
  expect(await calling).toMatchObject({ status: 2, error: { code: "SKITAI_AQUESTS_CLOSED" } });
  expect(opened).toBe(1);
});

test("a message that was taken is let go, though others wait", async () => {
  const [one, other] = ['{"one":1}', '{"other":2}'].map((text) => Buffer.from([0x81, text.length, ...Buffer.from(text)]));
  const port = await upgrade((socket) => socket.write(Buffer.concat([one!, other!])));
  const socket = await client.ws.connect(`ws://127.0.0.1:${port}/`, { encoding: "json" });
  const messages = socket[Symbol.asyncIterator]();
  await new Promise((arrived) => setTimeout(arrived, 40));
  const first = new WeakRef((await messages.next()).value as object);
  await new Promise(setImmediate);
  collectGarbage();
  expect(first.deref()).toBeUndefined();
});

test("nothing is left of a connection that the server refused", async () => {
  await using server = await serve((_, res) => res.writeHead(404).end());
  const runtime = createRuntime({});
  closers.push(() => runtime.close());
  const add = vi.spyOn(openSockets(runtime), "add");
  await webSocketVerb("ws")({ runtime })(server.url.replace("http", "ws"), "hello");
  const [[socket]] = add.mock.calls as [[WebSocket]];
  await eventually(() => socket.readyState === socket.CLOSED);
});

test.each([
  ["http://127.0.0.1/", "hello", {}, /use ws:/],
  ["ws://user:secret@[::1", "hello", {}, /Cannot send a request to/],
  ["ws://127.0.0.1/", 1, {}, /text or bytes/],
  ["ws://127.0.0.1/", () => 1, { encoding: "json" }, /no form for a function/],
  ["ws://127.0.0.1/", "hello", { encoding: "xml" }, /encoding cannot be/],
  ["ws://127.0.0.1/", "hello", { protocol: "a" }, /Did you mean protocols/],
  ["ws://127.0.0.1/", "hello", { auth: "secret" }, /auth cannot be/],
  ["@nowhere/", "hello", {}, /no alias @nowhere/],
])("%s with %s and %j cannot be sent", (url, message, options, error) => {
  expect(() => client.ws(url, message as never, options as never)).toThrow(error);
});

test("headers that cannot be sent are a request that cannot be built", async () => {
  expect(await client.ws("ws://127.0.0.1:1/", "hello", { headers: { "a\r\nb": "c" } })).toMatchObject({ status: 2, statusCode: 731 });
  expect(await client.ws("ws://127.0.0.1:1/", "hello", { protocols: ["a b"] })).toMatchObject({ status: 2, statusCode: 731 });
});

test("no error shows a password", () => {
  let message = "";
  try {
    void client.ws("ftp://user:secret@127.0.0.1/", "hello");
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain("***@127.0.0.1");
  expect(message).not.toContain("secret");
});
