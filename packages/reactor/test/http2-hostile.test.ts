import { once } from "node:events";
import type { ClientHttp2Session } from "node:http2";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Engine, type NodeRequest, type NodeResponse } from "../src/index.ts";
import { textApp, uploadApp } from "./support/app.ts";
import { eventually } from "./support/eventually.ts";
import { http2Request, http2Session } from "./support/http2-request.ts";
import {
  block,
  data,
  errorCodes,
  flags,
  frame,
  frameTypes,
  headers,
  noTable,
  preface,
  rawHttp2,
  request,
  reset,
  settings,
  windowUpdate,
  type RawHttp2,
} from "./support/raw-http2.ts";

const requestTimeout = 250;
const engine = new Engine({
  requestLog: false,
  requestTimeout,
  bodyTimeout: 1_000,
  http2KeepAlive: 600,
  maxHeaderSize: "16kb",
  maxHeaders: 100,
  maxStreams: 20,
  compressFrom: false,
});
const big = "x".repeat(1_000_000);
/** Requests whose answers have not come to an end. */
let open = 0;
/** How many bytes of a body the app has taken for all of it. */
const taken: number[] = [];
let port = 0;
let bystander: ClientHttp2Session;
const clients: RawHttp2[] = [];

const counted = (res: NodeResponse): void => {
  open++;
  res.once("close", () => open--);
};

beforeAll(async () => {
  engine.mount(
    "/",
    textApp((was) => {
      counted(was.res);
      return was.path === "/big" ? big : `${was.host} ${was.req.url}`;
    }),
  );
  engine.mount(
    "/other",
    textApp(() => "of another host"),
    { host: "b.example", name: "other" },
  );
  engine.mount("/upload", uploadApp(), { name: "upload" });
  engine.mount(
    "/thinking",
    async (_req: NodeRequest, res: NodeResponse) => {
      counted(res);
      await wait(requestTimeout * 2);
      res.end(big);
    },
    { name: "thinking" },
  );
  engine.mount(
    "/late",
    async (req: NodeRequest, res: NodeResponse) => {
      counted(res);
      await wait(requestTimeout * 2);
      let length = 0;
      for await (const chunk of req) length += (chunk as Buffer).length;
      res.end(`got ${length} bytes`);
    },
    { name: "late" },
  );
  engine.mount(
    "/sized",
    async (req: NodeRequest, res: NodeResponse) => {
      counted(res);
      let length = 0;
      req.on("data", (chunk: Buffer) => (length += chunk.length));
      req.on("end", () => {
        if (!req.aborted) taken.push(length);
        res.end();
      });
    },
    { name: "sized" },
  );
  ({ port } = await engine.listen({ port: 0 }));
});
afterAll(() => engine.close({ timeout: 0 }));

const connections = (): number => (engine.status("server")["server"] as { connections: number }).connections;

beforeEach(async () => {
  bystander = await http2Session(`http://127.0.0.1:${port}`);
});

/** Whatever one client did: another one is served, and nothing is left of either. */
afterEach(async () => {
  if (bystander.closed) bystander = await http2Session(`http://127.0.0.1:${port}`);
  const { status } = await http2Request(bystander, { ":path": "/alive" });
  if (status !== 200) throw new Error(`The bystander was answered ${status}.`);
  bystander.close();
  for (const { socket } of clients.splice(0)) socket.destroy();
  await eventually(() => connections() === 0 && open === 0);
});

/** A client that misbehaves; it is gone after the test. */
const hostile = async (first?: Buffer): Promise<RawHttp2> => {
  const client = await rawHttp2(port, first);
  clients.push(client);
  return client;
};

const post = (stream: number, path: string, more: [string, string][] = []): Buffer =>
  headers(stream, [...request(path, "POST"), ...more], flags.endHeaders);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe("a malformed request costs its stream alone", () => {
  const [method, scheme, authority, path] = request();
  test.each<[string, [string, string][]]>([
    ["no :path", [method!, scheme!, authority!]],
    ["no :method", [scheme!, authority!, path!]],
    ["no :scheme", [method!, authority!, path!]],
    ["no host at all", [method!, scheme!, path!]],
    ["an empty :path", request("")],
    ["a :path without a slash", request("x")],
    ["a :path with a blank", request("/a b")],
    ["a :path with CR and LF", request("/a\r\nb")],
    ["a :path with NUL", request("/a\0b")],
    ["a whole URL as :path", request("http://b.example/other/")],
    ["* as :path of GET", request("*")],
    ["two :paths", [...request(), [":path", "/b"]]],
    ["a pseudo header that does not exist", [...request(), [":protocol-x", "y"]]],
    ["a pseudo header of responses", [...request(), [":status", "200"]]],
    ["a pseudo header behind others", [method!, ["x", "y"], scheme!, authority!, path!]],
    ["a name in upper case", [...request(), ["X-Upper", "y"]]],
    ["a method with a blank", request("/", "GE T")],
    ["an empty method", request("/", "")],
    ["a user in :authority", request("/", "GET", "u@a.example")],
    ["connection", [...request(), ["connection", "keep-alive"]]],
    ["keep-alive", [...request(), ["keep-alive", "timeout=5"]]],
    ["proxy-connection", [...request(), ["proxy-connection", "keep-alive"]]],
    ["transfer-encoding", [...request(), ["transfer-encoding", "chunked"]]],
    ["upgrade", [...request(), ["upgrade", "h2c"]]],
    ["te other than trailers", [...request(), ["te", "gzip"]]],
    ["two hosts", [...request(), ["host", "a.example"], ["host", "b.example"]]],
    ["CONNECT with a :path", request("/", "CONNECT")],
    ["a Content-Length that is none", [...request(), ["content-length", "x"]]],
    ["two Content-Lengths", [...request("/upload/", "POST"), ["content-length", "0"], ["content-length", "0"]]],
    ["a Content-Length without a body", [...request("/upload/", "POST"), ["content-length", "3"]]],
  ])("%s", async (_, fields) => {
    const client = await hostile();
    await client.send(headers(1, fields), headers(3, request("/next")));
    expect(await client.ended(1)).toEqual({ status: undefined, reset: errorCodes.protocol });
    expect(await client.ended(3)).toEqual({ status: 200, reset: undefined });
  });

  test.each<[string, [string, string][]]>([
    ["a Host that differs from :authority", [...request("/other/"), ["host", "b.example"]]],
    ["a whole URL as :path of another scheme", [method!, [":scheme", "x"], authority!, [":path", "http://b.example/other/"]]],
  ])("%s is answered 400", async (_, fields) => {
    const client = await hostile();
    await client.send(headers(1, fields));
    expect(await client.ended(1)).toEqual({ status: 400, reset: undefined });
  });

  test("a Host that is the same as :authority, in any case of letters, is nothing to refuse", async () => {
    const client = await hostile();
    await client.send(headers(1, [...request("/other/", "GET", "B.example"), ["host", "b.EXAMPLE"]]));
    expect(await client.ended(1)).toEqual({ status: 200, reset: undefined });
    expect(bodyOf(client, 1)).toBe("of another host");
  });

  test("a Host without :authority counts", async () => {
    const client = await hostile();
    await client.send(headers(1, [method!, scheme!, [":path", "/other/"], ["host", "b.example"]]));
    await client.ended(1);
    expect(bodyOf(client, 1)).toBe("of another host");
  });

  test("CONNECT is answered 405", async () => {
    const client = await hostile();
    await client.send(
      headers(1, [
        [":method", "CONNECT"],
        [":authority", "b.example:443"],
      ]),
    );
    expect(await client.ended(1)).toMatchObject({ status: 405 });
  });

  test("OPTIONS * is answered with the methods of the server", async () => {
    const client = await hostile();
    await client.send(headers(1, request("*", "OPTIONS")));
    expect(await client.ended(1)).toEqual({ status: 204, reset: undefined });
  });

  test("a body that is shorter than its Content-Length never counts as whole", async () => {
    const client = await hostile();
    await client.send(post(1, "/sized/", [["content-length", "10"]]), data(1, "abc", true));
    expect(await client.ended(1)).toMatchObject({ reset: errorCodes.protocol });
    expect(taken).toEqual([]);
  });

  test("an expectation that nobody knows is answered 417", async () => {
    const client = await hostile();
    await client.send(headers(1, [...request(), ["expect", "the-unexpected"]]));
    expect(await client.ended(1)).toMatchObject({ status: 417 });
  });
});

describe("headers that are too large or too many", () => {
  const large = numbers(20).map((at): [string, string] => [`x-${at}`, "v".repeat(1_000)]);
  const inFrames = (fields: [string, string][]): Buffer[] => {
    const whole = block(fields);
    const first = frame(frameTypes.headers, flags.endStream, 1, whole.subarray(0, 16_000));
    return [first, frame(frameTypes.continuation, flags.endHeaders, 1, whole.subarray(16_000))];
  };

  test("by size, from a client that was told the limit, end their stream", async () => {
    const client = await hostile();
    await client.until(() => client.frames.some(({ type }) => type === frameTypes.settings));
    await client.send(frame(frameTypes.settings, flags.ack, 0), ...inFrames([...request(), ...large]));
    expect(await client.ended(1)).toEqual({ status: undefined, reset: errorCodes.calm });
  });

  test("by size, from a client that has not acknowledged the limit, are answered 431", async () => {
    const client = await hostile();
    await client.send(...inFrames([...request(), ...large]));
    expect(await client.ended(1)).toEqual({ status: 431, reset: undefined });
  });

  test.each([
    [100, { status: 200, reset: undefined }],
    [101, { status: undefined, reset: errorCodes.calm }],
  ])("(%i of them) end their stream", async (count, end) => {
    const client = await hostile();
    await client.send(headers(1, [...request(), ...numbers(count).map((at): [string, string] => [`x-${at}`, "y"])]));
    expect(await client.ended(1)).toEqual(end);
  });

  test("a path that is too long is answered 414", async () => {
    const client = await hostile();
    await client.send(headers(1, request(`/${"a".repeat(9_000)}`)));
    expect(await client.ended(1)).toEqual({ status: 414, reset: undefined });
  });
});

describe("what breaks a connection breaks that one alone", () => {
  test.each<[string, () => Buffer[]]>([
    [
      "a header block that cannot be decoded",
      () => [frame(frameTypes.headers, flags.endStream | flags.endHeaders, 1, Buffer.alloc(6, 0xff))],
    ],
    ["a frame that is too large", () => [data(1, "x".repeat(20_000))]],
    ["data on a stream that was never opened", () => [data(5, "x")]],
    ["a stream with an even number", () => [headers(2, request())]],
    [
      "a push by the client",
      () => [frame(frameTypes.pushPromise, flags.endHeaders, 1, Buffer.concat([Buffer.of(0, 0, 0, 2), block(request())]))],
    ],
    ["a window that is opened by nothing", () => [windowUpdate(0, 0)]],
    ["a window that is opened too far", () => [windowUpdate(0, 2 ** 31 - 1)]],
    ["an initial window that is too large", () => [settings([4, 2 ** 32 - 1])]],
    [
      "a flood of continuations",
      () => [
        headers(1, request(), flags.endStream),
        ...numbers(2_000).map(() => frame(frameTypes.continuation, flags.none, 1, block([["x", "y"]]))),
      ],
    ],
    [
      "a flood of empty continuations",
      () => [headers(1, request(), flags.endStream), ...numbers(2_000).map(() => frame(frameTypes.continuation, flags.none, 1))],
    ],
    ["a flood of pings", () => numbers(20_000).map(() => frame(frameTypes.ping, flags.none, 0, "12345678"))],
    ["a flood of settings", () => numbers(20_000).map(() => settings())],
    ["a flood of empty data", () => [post(1, "/upload/"), ...numbers(5_000).map(() => data(1, ""))]],
    [
      "streams that are reset as fast as they are opened",
      () => numbers(3_000).flatMap((at) => [headers(1 + 2 * at, request("/big")), reset(1 + 2 * at)]),
    ],
  ])("%s", async (_, attack) => {
    const client = await hostile();
    await client.send(...attack());
    expect(await client.goAway()).not.toBe(errorCodes.none);
    await eventually(() => connections() === 1);
  });

  test("bytes that are no HTTP/2 behind a preface that is", async () => {
    const client = await hostile(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    await eventually(() => connections() === 1);
    expect(client.frames.some(({ type }) => type === frameTypes.headers)).toBe(false);
  });

  test("a client that does not read, and then breaks the protocol", async () => {
    const client = await hostile(settings([4, 2 ** 31 - 1]));
    client.socket.pause();
    await client.send(windowUpdate(0, 2 ** 30), ...numbers(15).map((at) => headers(1 + 2 * at, request("/big"))));
    await eventually(() => open === 15);
    await client.send(windowUpdate(0, 0));
    await eventually(() => connections() === 1 && open === 0);
  });
});

describe("streams", () => {
  test("more than are allowed are refused, and those before them go on", async () => {
    const client = await hostile();
    await client.send(...numbers(50).map((at) => post(1 + 2 * at, "/upload/")));
    for (const at of numbers(30)) expect(await client.ended(41 + 2 * at)).toEqual({ status: undefined, reset: errorCodes.refused });
    await client.send(...numbers(20).map((at) => data(1 + 2 * at, "abc", true)));
    for (const at of numbers(20)) expect(await client.ended(1 + 2 * at)).toEqual({ status: 200, reset: undefined });
  });

  test("that are reset in the middle of an upload leave nothing", async () => {
    const client = await hostile();
    await client.send(...numbers(20).flatMap((at) => [post(1 + 2 * at, "/sized/"), data(1 + 2 * at, "abc")]));
    await eventually(() => open === 20);
    await client.send(...numbers(20).map((at) => reset(1 + 2 * at)));
    await eventually(() => open === 0);
    expect(taken).toEqual([]);
  });

  test("of a client that vanishes leave nothing", async () => {
    const client = await hostile(settings([4, 0]));
    await client.send(...numbers(20).map((at) => headers(1 + 2 * at, request("/big"))));
    await eventually(() => open === 20);
    client.socket.resetAndDestroy();
    await eventually(() => open === 0 && connections() === 1);
  });
});

describe("a client that is too slow", () => {
  test.each(["/big", "/thinking/"])("to open its window for %s loses its stream", async (path) => {
    const client = await hostile(settings(noTable, [4, 0]));
    await client.send(headers(1, request(path)));
    expect(await client.ended(1)).toEqual({ status: 200, reset: errorCodes.cancel });
    expect(open).toBe(0);
  });

  test("to open the window of its connection loses its streams", async () => {
    const client = await hostile(settings(noTable, [4, 2 ** 31 - 1]));
    await client.send(headers(1, request("/big")), headers(3, request("/big")));
    expect(await client.ended(1)).toEqual({ status: 200, reset: errorCodes.cancel });
    expect(await client.ended(3)).toEqual({ status: 200, reset: errorCodes.cancel });
  });

  test("to read at all loses its streams, and then its connection", async () => {
    const client = await hostile(settings([4, 2 ** 31 - 1]));
    client.socket.pause();
    await client.send(windowUpdate(0, 2 ** 30), ...numbers(15).map((at) => headers(1 + 2 * at, request("/big"))));
    await eventually(() => open === 15);
    await eventually(() => open === 0);
    await eventually(() => connections() === 0);
  });

  test("to send its body is told 408, and the part never counts as whole", async () => {
    const client = await hostile();
    await client.send(post(1, "/sized/"), data(1, "abc"));
    expect(await client.ended(1)).toMatchObject({ status: 408 });
    await eventually(() => open === 0);
    expect(taken).toEqual([]);
  });

  test("to send the body that it was told to send is told 408", async () => {
    const client = await hostile();
    await client.send(post(1, "/upload/", [["expect", "100-continue"]]));
    expect(await client.ended(1)).toMatchObject({ status: 408 });
    expect(client.frames.filter(({ type, stream }) => type === frameTypes.headers && stream === 1)).toHaveLength(2);
  });

  test("with a body that trickles is told 408 when its time is over", async () => {
    const client = await hostile();
    await client.send(post(1, "/sized/"));
    const end = client.ended(1);
    let ended = false;
    void end.then(() => (ended = true));
    while (!ended) {
      await client.send(data(1, "a"));
      await wait(20);
    }
    expect(await end).toMatchObject({ status: 408 });
    expect(taken).toEqual([]);
  });

  test("is not the one whose body waits for the app to read it", async () => {
    const body = "x".repeat(60_000);
    const answer = await http2Request(bystander, { ":method": "POST", ":path": "/late/" }, body.repeat(4));
    expect(answer).toMatchObject({ status: 200, body: "got 240000 bytes" });
  });

  test.each([
    ["says nothing", Buffer.alloc(0)],
    ["has nothing more to say", Buffer.concat([preface, settings(), headers(1, request("/x"))])],
    ["does not finish its preface", preface.subarray(0, 18)],
  ])("loses its connection even if it never closes its own side: one that %s", async (_, bytes) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.resume();
    await once(socket, "connect");
    socket.write(bytes);
    await eventually(() => connections() === 2);
    await eventually(() => connections() === 0);
    socket.destroy();
  });
});

const bodyOf = ({ frames }: RawHttp2, stream: number): string =>
  Buffer.concat(frames.filter((one) => one.type === frameTypes.data && one.stream === stream).map(({ payload }) => payload)).toString();
