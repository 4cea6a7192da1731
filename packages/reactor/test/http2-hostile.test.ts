import { describe, expect, test } from "vitest";
import { besieged, numbers, post } from "./support/besieged.ts";
import { eventually } from "./support/eventually.ts";
import { http2Request } from "./support/http2-request.ts";
import { block, data, errorCodes, flags, frame, frameTypes, headers, request, reset, settings, windowUpdate } from "./support/raw-http2.ts";

const site = besieged();

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
    const client = await site.hostile();
    await client.send(...attack());
    // A client that is still sending when its connection is cut may lose the frame that says why.
    expect(await client.goAway().catch(() => undefined)).not.toBe(errorCodes.none);
    await eventually(() => site.connections() === 0);
  });

  test("bytes that are no HTTP/2 behind a preface that is", async () => {
    const client = await site.hostile(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    await eventually(() => site.connections() === 0);
    expect(client.frames.some(({ type }) => type === frameTypes.headers)).toBe(false);
  });

  test("a client that does not read, and then breaks the protocol", async () => {
    const client = await site.hostile(settings([4, 2 ** 31 - 1]));
    client.socket.pause();
    await client.send(windowUpdate(0, 2 ** 30), ...numbers(15).map((at) => headers(1 + 2 * at, request("/big"))));
    await eventually(() => site.open === 15);
    await client.send(windowUpdate(0, 0));
    await eventually(() => site.connections() === 0 && site.open === 0);
  });
});

describe("streams", () => {
  test("more than are allowed are refused, and those before them go on", async () => {
    const client = await site.hostile();
    await client.send(...numbers(50).map((at) => post(1 + 2 * at, "/upload/")));
    for (const at of numbers(30)) expect(await client.ended(41 + 2 * at)).toEqual({ status: undefined, reset: errorCodes.refused });
    await client.send(...numbers(20).map((at) => data(1 + 2 * at, "abc", true)));
    for (const at of numbers(20)) expect(await client.ended(1 + 2 * at)).toEqual({ status: 200, reset: undefined });
  });

  test("that are reset in the middle of an upload leave nothing", async () => {
    const client = await site.hostile();
    await client.send(...numbers(20).flatMap((at) => [post(1 + 2 * at, "/sized/"), data(1 + 2 * at, "abc")]));
    await eventually(() => site.open === 20);
    await client.send(...numbers(20).map((at) => reset(1 + 2 * at)));
    await eventually(() => site.open === 0);
    expect(site.taken).toEqual([]);
  });

  test("of a client that vanishes leave nothing", async () => {
    const client = await site.hostile(settings([4, 0]));
    await client.send(...numbers(20).map((at) => headers(1 + 2 * at, request("/big"))));
    await eventually(() => site.open === 20);
    client.socket.resetAndDestroy();
    await eventually(() => site.open === 0 && site.connections() === 0);
  });
});

describe("a body that is too large", () => {
  test.each(["/upload/", "/sized/"])("is refused by its Content-Length for %s", async (path) => {
    const client = await site.hostile();
    await client.send(post(1, path, [["content-length", "10000000"]]));
    expect(await client.ended(1)).toEqual({ status: 413, reset: errorCodes.none });
  });

  test.each(["/upload/", "/sized/"])("is refused for %s when it gets there", async (path) => {
    const answer = await http2Request(await site.guest(), { ":method": "POST", ":path": path }, "x".repeat(400_000));
    expect(answer.status).toBe(413);
    expect(site.taken).toEqual([]);
  });
});
