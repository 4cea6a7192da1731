import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { file, type BodyData, type ClientOptions, type HttpOptions, type UploadFields } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { serve } from "./support/serve.ts";

const url = "http://127.0.0.1:1/";

const circle = (): object => {
  const one: Record<string, unknown> = {};
  one["self"] = one;
  return one;
};

const locked = (): ReadableStream<Uint8Array> => {
  const stream = new ReadableStream<Uint8Array>();
  stream.getReader();
  return stream;
};

describe("a call is refused at once, and told why, for", () => {
  test.each<[string, unknown, RegExp]>([
    ["a signal that is none", { signal: 5 }, /signal cannot be 5\. Use the signal of an AbortController/],
    ["a callback that is none", { callback: "x" }, /callback cannot be "x"\. Use a function/],
    ["a filter that is none", { filter: null }, /filter cannot be null/],
    ["a meta that is none", { meta: 5 }, /meta cannot be 5/],
    ["a switch that is neither on nor off", { insecure: "no" }, /insecure cannot be "no"\. Use true or false/],
    ["credentials without a part", { auth: [] }, /auth cannot be "an array of 0"/],
    ["headers as a list of pairs", { headers: [["a", "b"]] }, /headers are an object .* Object\.fromEntries/],
    ["headers as Headers", { headers: new Headers({ a: "b" }) }, /headers are an object .* Object\.fromEntries/],
    ["a header that is a number", { headers: { a: 5 } }, /the header a is neither text nor a list/],
    ["parameters as text", { params: "x" }, /parameters are an object of names and values/],
    ["parameters as a list", { params: ["x"] }, /parameters are an object of names and values/],
  ])("%s", (_, options, message) => {
    expect(() => clientOf().get(url, options as HttpOptions)).toThrow(expect.objectContaining({ name: "AquestsError" }));
    expect(() => clientOf().get(url, options as HttpOptions)).toThrow(message);
  });

  test("parameters as text in their own place", () => {
    expect(() => clientOf().get(url, "x" as never, {})).toThrow(/parameters are an object/);
  });

  test.each<[string, BodyData, RegExp]>([
    ["JSON of a bigint", { a: 1n }, /cannot be written as JSON: .*BigInt/],
    ["JSON of a circle", circle(), /cannot be written as JSON: .*circular/],
    ["a stream that somebody reads", locked(), /a stream that somebody else reads/],
  ])("%s", (_, body, message) => {
    const refused = { code: "SKITAI_AQUESTS_BAD_REQUEST", statusCode: 731, message: expect.stringMatching(message) as string };
    expect(() => clientOf().postJson(url, body)).toThrow(expect.objectContaining(refused));
  });

  test("a stream that was read to its end", async () => {
    const stream = Readable.from(["a"]);
    await stream.toArray();
    expect(() => clientOf().post(url, stream)).toThrow(/a stream that has ended already/);
  });

  test.each([undefined, "xy", [], Buffer.from("x")])("an upload of %j", (fields) => {
    expect(() => clientOf().upload(url, fields as never as UploadFields)).toThrow(/is an object of names and values/);
  });

  test.each<[string, unknown]>([
    ["signal", 5],
    ["callback", 5],
  ])("the %s of a WebSocket that is none", (name, value) => {
    expect(() => clientOf().ws("ws://127.0.0.1:1/", "hello", { [name]: value })).toThrow(new RegExp(`${name} cannot be 5`));
  });
});

test("an upload of a directory ends in 731, which says so", async () => {
  await using server = await serve((req, res) => req.resume().once("end", () => res.end()));
  const rs = await clientOf().upload(server.url, { a: file(import.meta.dirname) });
  expect(rs).toMatchObject({ status: 2, statusCode: 731 });
  expect(rs.error?.message).toContain("it is no file");
  expect(server.requests).toHaveLength(0);
});

test.each<[string, unknown, RegExp]>([
  ["a name with a line end", { userAgent: "a\r\nX: b" }, /userAgent cannot be/],
  ["a certificate without its key", { cert: "x" }, /^key cannot be undefined\. It goes with cert/],
  ["a key without its certificate", { key: "x" }, /^cert cannot be undefined\. It goes with key/],
  ["a cache without a size", { cache: true }, /cache cannot be .*Say how large it may be/],
  ["text as the list of those without a proxy", { proxy: url, noProxy: "localhost" }, /noProxy cannot be "localhost"\. Use a list/],
  ["a switch that is neither on nor off", { http2: 1 }, /http2 cannot be 1/],
])("a client is refused for %s", (_, options, message) => {
  expect(() => clientOf(options as ClientOptions)).toThrow(message);
});
