import { constants, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startFaultyPeer } from "@skitai-internal/services";
import { createClient, type Client, type GrpcRemote, type Result } from "../src/index.ts";
import { proto, startRouteGuide, type RouteGuide } from "./support/route-guide.ts";

let client: Client;
const closers: (() => unknown)[] = [];

beforeEach(() => (client = createClient({ timeout: "5s" })));
afterEach(async () => {
  await client.close();
  for (const close of closers.splice(0)) await close();
});

const stubAt = (port: number, options: object = {}): GrpcRemote<RouteGuide> =>
  client.grpc<RouteGuide>(`http://127.0.0.1:${port}/routeguide.RouteGuide`, { proto, ...options });

/** A server of HTTP/2 that does what a test says with each request. */
const serveHttp2 = async (act: (stream: ServerHttp2Stream, count: number, session: ServerHttp2Session) => unknown): Promise<number> => {
  let count = 0;
  const sessions = new Set<ServerHttp2Session>();
  const server: Http2Server = createServer();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {});
    act(stream, ++count, stream.session as ServerHttp2Session);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closers.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

/** A server of TCP that does what a test says with each connection. */
const serveTcp = async (act: (socket: Socket, count: number) => unknown): Promise<number> => {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    act(socket, ++count);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

const grpcHeaders = { ":status": 200, "content-type": "application/grpc" };

/** Answers with those bytes, then a status. */
const answer = (stream: ServerHttp2Stream, bytes: Buffer, trailers: Record<string, string> = { "grpc-status": "0" }): void => {
  stream.respond(grpcHeaders, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(bytes);
};

const feature = Buffer.from([0, 0, 0, 0, 3, 0x0a, 1, 0x78]);

const expectFailure = (rs: Result<unknown>, statusCode: number, code: string): void => {
  expect(rs).toMatchObject({ status: statusCode === 730 ? 1 : 2, statusCode, data: null, error: { code: `SKITAI_AQUESTS_${code}` } });
};

describe("a connection", () => {
  test("that is refused is said so", async () => {
    const gone = await startRouteGuide();
    await gone[Symbol.asyncDispose]();
    expectFailure(await stubAt(gone.port).GetFeature({}), 714, "CONNECT_FAILED");
  });

  test("to a name that does not exist is said so", async () => {
    const rs = await client.grpc<RouteGuide>("http://no-such-host.invalid:1/routeguide.RouteGuide", { proto }).GetFeature({});
    expectFailure(rs, 704, "DNS");
  });

  test("that is silent ends in time, and is not used again", async () => {
    let connections = 0;
    const port = await serveTcp(() => void connections++);
    expectFailure(await stubAt(port).GetFeature({}, { timeout: 60 }), 730, "TIMEOUT");
    expectFailure(await stubAt(port).GetFeature({}, { timeout: 60 }), 730, "TIMEOUT");
    expect(connections).toBe(2);
  });

  test("that is reset in the middle of a call is not tried again, since the call may have had an effect", async () => {
    let connections = 0;
    const port = await serveTcp((socket) => {
      connections++;
      socket.once("data", () => socket.resetAndDestroy());
    });
    const rs = await stubAt(port).GetFeature({});
    expect(rs).toMatchObject({ status: 2, error: { code: expect.stringMatching(/DISCONNECTED|HTTP2_CLOSED/) } });
    expect(connections).toBe(1);
  });

  test("that is reset is tried again where twice has the effect of once", async () => {
    const port = await serveHttp2((stream, count, session) => (count === 1 ? session.destroy() : answer(stream, feature)));
    const rs = await stubAt(port, { idempotent: true }).GetFeature({});
    expect(rs.reraise().data.name).toBe("x");
  });

  test("that the server takes no more calls on is replaced, since the call was not looked at", async () => {
    const port = await serveHttp2((stream, count) =>
      count === 1 ? stream.close(constants.NGHTTP2_REFUSED_STREAM) : answer(stream, feature),
    );
    const rs = await stubAt(port).GetFeature({});
    expect(rs.reraise().data.name).toBe("x");
  });

  test("that answers no ping is given up long before the time limit, where pings are asked for", async () => {
    const port = await serveTcp(() => {});
    expectFailure(await stubAt(port, { keepAlive: 20 }).GetFeature({}), 720, "HTTP2_CLOSED");
  });

  test("that answers pings is kept while the call lasts", async () => {
    await using server = await startRouteGuide();
    const rs = await stubAt(server.port, { keepAlive: 10 }).GetFeature({ longitude: 1 }, { timeout: 100 });
    expectFailure(rs, 730, "TIMEOUT");
  });

  test("to a server that speaks HTTP/1.1 is said so", async () => {
    await using peer = await startFaultyPeer("none");
    const rs = await stubAt(peer.port).GetFeature({}, { timeout: "2s" });
    expect(rs).toMatchObject({ status: 2, error: { code: expect.stringMatching(/BAD_ANSWER|HTTP2_CLOSED/) } });
  });

  test("is made again after the server was restarted", async () => {
    const first = await startRouteGuide();
    const { port } = first;
    expect((await stubAt(port).GetFeature({ latitude: 1 })).reraise().data.name).toBe("at 1");
    await first[Symbol.asyncDispose]();
    await using second = await startRouteGuide({ port });
    expect((await stubAt(port).GetFeature({ latitude: 2 })).reraise().data.name).toBe("at 2");
    expect(second.calls).toBe(1);
  });
});

describe("an answer", () => {
  const tests: [what: string, act: (stream: ServerHttp2Stream) => unknown, statusCode: number, code: string][] = [
    ["that is no message of its type", (stream) => answer(stream, Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff])), 709, "BAD_CONTENT"],
    ["that ends in the middle of a message", (stream) => answer(stream, Buffer.from([0, 0, 0, 0, 9, 1])), 709, "BAD_CONTENT"],
    ["that is no gRPC", (stream) => answer(stream, Buffer.from("hello world")), 719, "TOO_LARGE"],
    ["whose message has an unknown flag", (stream) => answer(stream, Buffer.from([9, 0, 0, 0, 0])), 709, "BAD_CONTENT"],
    ["that has no message", (stream) => answer(stream, Buffer.alloc(0)), 709, "BAD_CONTENT"],
    ["that has two messages instead of one", (stream) => answer(stream, Buffer.concat([feature, feature])), 709, "BAD_CONTENT"],
    ["whose status is no number", (stream) => answer(stream, feature, { "grpc-status": "fine" }), 709, "BAD_CONTENT"],
    ["that ends without a status", (stream) => (stream.respond(grpcHeaders), stream.end(feature)), 709, "BAD_CONTENT"],
    [
      "of another type",
      (stream) => (stream.respond({ ":status": 200, "content-type": "text/html" }), stream.end("<p>")),
      709,
      "BAD_CONTENT",
    ],
    ["that is reset", (stream) => (stream.respond(grpcHeaders), stream.close(constants.NGHTTP2_INTERNAL_ERROR)), 721, "HTTP2_RESET"],
    ["whose connection is closed", (stream) => (stream.respond(grpcHeaders), stream.session!.destroy()), 720, "HTTP2_CLOSED"],
  ];
  test.each(tests)("%s is a failure, and the next call goes well", async (_, act, statusCode, code) => {
    const port = await serveHttp2((stream, count) => (count === 1 ? act(stream) : answer(stream, feature)));
    expectFailure(await stubAt(port).GetFeature({}), statusCode, code);
    expect((await stubAt(port).GetFeature({})).reraise().data.name).toBe("x");
  });

  test("with an HTTP error of a proxy is a fault with that status", async () => {
    const port = await serveHttp2((stream) => (stream.respond({ ":status": 503, "content-type": "text/html" }), stream.end("<p>")));
    const rs = await stubAt(port).GetFeature({});
    expect(rs).toMatchObject({ status: 3, statusCode: 503, data: { code: 14, message: "HTTP status 503" } });
  });

  test("with a message over the limit is given up before it is read", async () => {
    await using server = await startRouteGuide();
    expectFailure(await stubAt(server.port, { maxMessageSize: "64kb" }).GetFeature({ longitude: 413 }), 719, "TOO_LARGE");
    expect((await stubAt(server.port).GetFeature({ longitude: 413 })).reraise().data.picture.length).toBe(100_000);
  });

  test("that stays away ends in time, and frees its stream on a connection that is kept", async () => {
    await using server = await startRouteGuide();
    await stubAt(server.port).GetFeature({});
    expectFailure(await stubAt(server.port).GetFeature({ longitude: 1 }, { timeout: 60 }), 730, "TIMEOUT");
    await expect.poll(() => server.cancelled).toEqual(["GetFeature"]);
    expect((await stubAt(server.port).GetFeature({ latitude: 1 })).reraise().data.name).toBe("at 1");
  });

  test("that is read as it arrives ends in time too", async () => {
    await using server = await startRouteGuide();
    const rs = await stubAt(server.port).ListFeatures({ lo: {}, hi: { latitude: 2, longitude: 1 } }, { stream: true, timeout: 80 });
    const names: string[] = [];
    const reading = (async () => {
      for await (const { name } of rs.reraise().data) names.push(name);
    })();
    await expect(reading).rejects.toMatchObject({ code: "SKITAI_AQUESTS_TIMEOUT" });
    expect(names).toEqual(["at 0", "at 1"]);
  });

  test("that is read as it arrives ends when its call is aborted", async () => {
    await using server = await startRouteGuide();
    const control = new AbortController();
    const rs = await stubAt(server.port).ListFeatures(
      { lo: {}, hi: { latitude: 2, longitude: 1 } },
      { stream: true, signal: control.signal },
    );
    const reading = (async () => {
      for await (const { name } of rs.reraise().data) if (name === "at 1") control.abort(new Error("enough"));
    })();
    await expect(reading).rejects.toMatchObject({ code: "SKITAI_AQUESTS_ABORTED" });
    await expect.poll(() => server.cancelled).toEqual(["ListFeatures"]);
  });
});

describe("members of an alias", () => {
  test("that are gone are passed over", async () => {
    const gone = await startRouteGuide();
    await gone[Symbol.asyncDispose]();
    await using alive = await startRouteGuide();
    client.alias("@map", "http", [`127.0.0.1:${gone.port}`, `127.0.0.1:${alive.port}`]);
    for (let count = 0; count < 6; count++) expect((await client.grpc.lb<RouteGuide>("@map", { proto }).GetFeature({})).status).toBe(3);
    expect(alive.calls).toBe(6);
  });

  test("that fail after they were asked are not replaced, since the call may have had an effect", async () => {
    const acts: number[] = [];
    const ports = await Promise.all([0, 1].map((index) => serveHttp2((_, __, session) => (acts.push(index), session.destroy()))));
    client.alias(
      "@map",
      "http",
      ports.map((port) => `127.0.0.1:${port}`),
    );
    expect(await client.grpc.lb<RouteGuide>("@map", { proto }).GetFeature({})).toMatchObject({ status: 2 });
    expect(acts.length).toBe(1);
  });
});

describe("a request that cannot be built", () => {
  test.each([
    ["a file that is not there", { proto: "no-such.proto" }, "GetFeature", {}, /no-such\.proto/],
    ["bytes that describe nothing", { proto: Buffer.from("hello") }, "GetFeature", {}, /cannot be read/],
    ["an unknown service", { service: "a.B" }, "GetFeature", {}, /no service a\.B\. There are: routeguide\.RouteGuide/],
    ["an unknown method", {}, "Fly", {}, /has no method Fly\. It has: GetFeature, ListFeatures/],
    ["a field of another type", {}, "ListFeatures", { lo: "here" }, /object expected/],
    ["a message that is no object", {}, "GetFeature", 1, /a message is an object, not number/],
    ["one message where a stream belongs", {}, "RecordRoute", {}, /takes a stream/],
    ["metadata that cannot be sent", { metadata: { "a\nb": "c" } }, "GetFeature", {}, /other characters/],
  ])("with %s says so", async (_, options, method, message, reason) => {
    const untyped = client.grpc("http://127.0.0.1:1/", { proto, ...options });
    const rs = await (async () => untyped[method]!(message))().catch((error: unknown) => ({ status: 2, error }));
    expect(rs).toMatchObject({ status: 2, error: { code: "SKITAI_AQUESTS_BAD_REQUEST", statusCode: 731 } });
    expect((rs.error as Error).message).toMatch(reason);
  });

  test.each([
    [{ proto: 1 }, /proto cannot be/],
    [{ proto, streams: true }, /streams.*Did you mean stream/],
    [{ proto, compress: "gzip" }, /compress cannot be/],
    [{ proto, keepAlive: 1 }, /keepAlive cannot be/],
    [{ proto, auth: "token" }, /auth cannot be/],
  ])("with the options %j is refused at once", (options, message) => {
    expect(() => client.grpc("http://127.0.0.1:1/", options as never)).toThrow(message);
  });

  test("with a stream that was read already says so, for all members but one", async () => {
    await using first = await startRouteGuide();
    await using second = await startRouteGuide();
    client.alias("@map", "http", [`127.0.0.1:${first.port}`, `127.0.0.1:${second.port}`]);
    const once = [{ latitude: 1 }].values();
    const all = await client.grpc.map<RouteGuide>("@map", { proto }).RecordRoute(once);
    expect(all.statusCode.toSorted((a, b) => a - b)).toEqual([200, 731]);
  });
});

test("closing the client ends calls that are under way", async () => {
  await using server = await startRouteGuide();
  const call = stubAt(server.port).GetFeature({ longitude: 1 });
  await expect.poll(() => server.calls).toBe(1);
  await client.close();
  expectFailure(await call, 712, "CLOSED");
  expectFailure(await stubAt(server.port).GetFeature({}), 712, "CLOSED");
});
