import { describe, expect, test } from "vitest";
import { besieged, numbers, post } from "./support/besieged.ts";
import { block, data, errorCodes, flags, frame, frameTypes, headers, request, type RawHttp2 } from "./support/raw-http2.ts";

const site = besieged();

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
    const client = await site.hostile();
    await client.send(headers(1, fields), headers(3, request("/next")));
    expect(await client.ended(1)).toEqual({ status: undefined, reset: errorCodes.protocol });
    expect(await client.ended(3)).toEqual({ status: 200, reset: undefined });
  });

  test.each<[string, [string, string][]]>([
    ["a Host that differs from :authority", [...request("/other/"), ["host", "b.example"]]],
    ["a whole URL as :path of another scheme", [method!, [":scheme", "x"], authority!, [":path", "http://b.example/other/"]]],
  ])("%s is answered 400", async (_, fields) => {
    const client = await site.hostile();
    await client.send(headers(1, fields));
    expect(await client.ended(1)).toEqual({ status: 400, reset: undefined });
  });

  test("a Host that is the same as :authority, in any case of letters, is nothing to refuse", async () => {
    const client = await site.hostile();
    await client.send(headers(1, [...request("/other/", "GET", "B.example"), ["host", "b.EXAMPLE"]]));
    expect(await client.ended(1)).toEqual({ status: 200, reset: undefined });
    expect(bodyOf(client, 1)).toBe("of another host");
  });

  test("a Host without :authority counts", async () => {
    const client = await site.hostile();
    await client.send(headers(1, [method!, scheme!, [":path", "/other/"], ["host", "b.example"]]));
    await client.ended(1);
    expect(bodyOf(client, 1)).toBe("of another host");
  });

  test("CONNECT is answered 405", async () => {
    const client = await site.hostile();
    await client.send(
      headers(1, [
        [":method", "CONNECT"],
        [":authority", "b.example:443"],
      ]),
    );
    expect(await client.ended(1)).toMatchObject({ status: 405 });
  });

  test("OPTIONS * is answered with the methods of the server", async () => {
    const client = await site.hostile();
    await client.send(headers(1, request("*", "OPTIONS")));
    expect(await client.ended(1)).toEqual({ status: 204, reset: undefined });
  });

  test("a body that is shorter than its Content-Length never counts as whole", async () => {
    const client = await site.hostile();
    await client.send(post(1, "/sized/", [["content-length", "10"]]), data(1, "abc", true));
    expect(await client.ended(1)).toMatchObject({ reset: errorCodes.protocol });
    expect(site.taken).toEqual([]);
  });

  test("an expectation that nobody knows is answered 417", async () => {
    const client = await site.hostile();
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
    const client = await site.hostile();
    await client.until(() => client.frames.some(({ type }) => type === frameTypes.settings));
    await client.send(frame(frameTypes.settings, flags.ack, 0), ...inFrames([...request(), ...large]));
    expect(await client.ended(1)).toEqual({ status: undefined, reset: errorCodes.calm });
  });

  test("by size, from a client that has not acknowledged the limit, are answered 431", async () => {
    const client = await site.hostile();
    await client.send(...inFrames([...request(), ...large]));
    expect(await client.ended(1)).toEqual({ status: 431, reset: undefined });
  });

  test.each([
    [100, { status: 200, reset: undefined }],
    [101, { status: undefined, reset: errorCodes.calm }],
  ])("(%i of them) end their stream", async (count, end) => {
    const client = await site.hostile();
    await client.send(headers(1, [...request(), ...numbers(count).map((at): [string, string] => [`x-${at}`, "y"])]));
    expect(await client.ended(1)).toEqual(end);
  });

  test("a path that is too long is answered 414", async () => {
    const client = await site.hostile();
    await client.send(headers(1, request(`/${"a".repeat(9_000)}`)));
    expect(await client.ended(1)).toEqual({ status: 414, reset: undefined });
  });
});

const bodyOf = ({ frames }: RawHttp2, stream: number): string =>
  Buffer.concat(frames.filter((one) => one.type === frameTypes.data && one.stream === stream).map(({ payload }) => payload)).toString();
