import { utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { byteRange } from "../src/static/byte-range.ts";
import { evaluatePreconditions, type PreconditionOutcome } from "../src/static/preconditions.ts";
import { staticServer, type StaticServer } from "./support/static-server.ts";

const before = "Sun, 09 Sep 2001 01:46:39 GMT";
const exactly = "Sun, 09 Sep 2001 01:46:40 GMT";
const after = "Sun, 09 Sep 2001 01:46:41 GMT";
const validators = { etag: '"tag"', modified: 1_000_000_000 };

describe("preconditions", () => {
  test.each<[Record<string, string>, PreconditionOutcome]>([
    [{}, "proceed"],
    [{ "if-none-match": '"tag"' }, "not-modified"],
    [{ "if-none-match": 'W/"tag"' }, "not-modified"],
    [{ "if-none-match": '"a", W/"b" ,"tag"' }, "not-modified"],
    [{ "if-none-match": '"a,","tag"' }, "not-modified"],
    [{ "if-none-match": "*" }, "not-modified"],
    [{ "if-none-match": " * " }, "not-modified"],
    [{ "if-none-match": '"other"' }, "proceed"],
    [{ "if-none-match": "tag" }, "proceed"],
    [{ "if-none-match": '"ta' }, "proceed"],
    [{ "if-none-match": "" }, "proceed"],
    [{ "if-none-match": '"other"', "if-modified-since": after }, "proceed"],
    [{ "if-none-match": '"tag"', "if-modified-since": before }, "not-modified"],
    [{ "if-modified-since": before }, "proceed"],
    [{ "if-modified-since": exactly }, "not-modified"],
    [{ "if-modified-since": after }, "not-modified"],
    [{ "if-modified-since": "Sunday, 09-Sep-01 01:46:40 GMT" }, "not-modified"],
    [{ "if-modified-since": "Sun Sep  9 01:46:40 2001" }, "not-modified"],
    [{ "if-modified-since": "Sun Sep  9 01:46:39 2001" }, "proceed"],
    [{ "if-modified-since": "yesterday" }, "proceed"],
    [{ "if-modified-since": `${exactly}; length=9` }, "proceed"],
    [{ "if-modified-since": "" }, "proceed"],
    [{ "if-match": '"tag"' }, "proceed"],
    [{ "if-match": '"a", "tag"' }, "proceed"],
    [{ "if-match": "*" }, "proceed"],
    [{ "if-match": 'W/"tag"' }, "failed"],
    [{ "if-match": 'W/"tag", "tag"' }, "proceed"],
    [{ "if-match": '"other"' }, "failed"],
    [{ "if-match": "" }, "failed"],
    [{ "if-match": '"tag"', "if-unmodified-since": before }, "proceed"],
    [{ "if-match": '"tag"', "if-none-match": '"tag"' }, "not-modified"],
    [{ "if-match": '"other"', "if-none-match": '"tag"' }, "failed"],
    [{ "if-unmodified-since": before }, "failed"],
    [{ "if-unmodified-since": exactly }, "proceed"],
    [{ "if-unmodified-since": "never" }, "proceed"],
    [{ "if-unmodified-since": before, "if-none-match": '"tag"' }, "failed"],
  ])("%j: %s", (headers, outcome) => {
    expect(evaluatePreconditions(headers, validators)).toBe(outcome);
  });

  test("a list as long as a header may be is read to its end", () => {
    for (const list of ['"'.repeat(60_000), 'W/"'.repeat(20_000), '"x",'.repeat(15_000), "W/".repeat(30_000)]) {
      expect(evaluatePreconditions({ "if-none-match": list }, validators)).toBe("proceed");
      expect(evaluatePreconditions({ "if-none-match": `${list}, "tag"` }, validators)).toBe("not-modified");
    }
  });
});

describe("byte ranges of ten bytes", () => {
  test.each<[string, ReturnType<typeof byteRange>]>([
    ["bytes=0-0", { start: 0, end: 0 }],
    ["bytes=0-9", { start: 0, end: 9 }],
    ["bytes=2-5", { start: 2, end: 5 }],
    ["bytes=5-", { start: 5, end: 9 }],
    ["bytes=5-99", { start: 5, end: 9 }],
    ["bytes=5-99999999999999999999999999", { start: 5, end: 9 }],
    ["bytes=-3", { start: 7, end: 9 }],
    ["bytes=-10", { start: 0, end: 9 }],
    ["bytes=-99999999999999999999999999", { start: 0, end: 9 }],
    ["BYTES=1-2", { start: 1, end: 2 }],
    ["bytes=0000000000000000000001-2", { start: 1, end: 2 }],
    ["bytes=9-", { start: 9, end: 9 }],
    ["bytes=10-", "unsatisfiable"],
    ["bytes=10-12", "unsatisfiable"],
    ["bytes=99999999999999999999999999-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-2", undefined],
    ["bytes=-", undefined],
    ["bytes=", undefined],
    ["bytes", undefined],
    ["", undefined],
    ["bytes=a-b", undefined],
    ["bytes=--1", undefined],
    ["bytes=-1-2", undefined],
    ["bytes=1.0-2", undefined],
    ["bytes=0x1-2", undefined],
    ["bytes=1e0-2", undefined],
    ["lines=0-1", undefined],
    ["bytes=0-1,3-4", undefined],
    ["bytes=0-,0-,0-,0-", undefined],
    [`bytes=0-${"9".repeat(200)}`, undefined],
  ])("%s", (header, range) => {
    expect(byteRange(header, 10)).toEqual(range);
  });

  test("of an empty file are the whole of it", () => {
    for (const header of ["bytes=0-", "bytes=0-0", "bytes=-5"]) expect(byteRange(header, 0)).toBeUndefined();
  });
});

describe.each([
  ["from memory over HTTP/1.1", {}],
  ["from memory over HTTP/2", { http2: true }],
  ["from disk over HTTP/1.1", { maxCachedFile: 1 }],
  ["from disk over HTTP/2", { maxCachedFile: 1, http2: true }],
])("%s", (_, options) => {
  const serve = async (): Promise<StaticServer> => {
    const server = await staticServer(
      { "digits.txt": "0123456789", "empty.txt": "" },
      { ...options, maxAge: [{ prefix: "/", seconds: 60 }], serverHeader: "Skitai" },
    );
    utimesSync(join(server.directory, "digits.txt"), 1_000_000_000, 1_000_000_000);
    return server;
  };

  test("a copy that is still good is answered with 304 and what updates it", async () => {
    const { ask } = await serve();
    const whole = await ask("/digits.txt");
    const { etag } = whole.headers;
    for (const headers of [{ "if-none-match": etag }, { "if-none-match": `"x", W/${etag}` }, { "if-modified-since": exactly }]) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await ask("/digits.txt", headers, method);
        expect(answer.status).toBe(304);
        expect(answer.body).toHaveLength(0);
        expect(answer.headers).toMatchObject({
          etag,
          "cache-control": "max-age=60",
          expires: expect.any(String),
          server: "Skitai",
          date: expect.any(String),
        });
        for (const absent of ["content-type", "content-length", "transfer-encoding", "last-modified"])
          expect(answer.headers).not.toHaveProperty(absent);
      }
    }
    expect(await ask("/digits.txt", { "if-none-match": '"x"' })).toMatchObject({ status: 200, text: "0123456789" });
    expect(await ask("/digits.txt", { "if-modified-since": before })).toMatchObject({ status: 200, text: "0123456789" });
  });

  test("a precondition that does not hold is answered with 412", async () => {
    const { ask } = await serve();
    expect(await ask("/digits.txt", { "if-match": '"x"' })).toMatchObject({ status: 412, headers: { "cache-control": "no-store" } });
    expect(await ask("/digits.txt", { "if-unmodified-since": before }, "HEAD")).toMatchObject({ status: 412, text: "" });
    const { etag } = (await ask("/digits.txt")).headers;
    expect((await ask("/digits.txt", { "if-match": etag })).status).toBe(200);
  });

  test("a range is answered with 206, and a HEAD for one with the whole head", async () => {
    const { ask } = await serve();
    const whole = await ask("/digits.txt");
    const part = await ask("/digits.txt", { range: "bytes=2-4" });
    expect(part).toMatchObject({ status: 206, text: "234", headers: { "content-range": "bytes 2-4/10", "content-length": "3" } });
    const { "content-range": _range, ...rest } = part.headers;
    expect({ ...rest, date: "", "content-length": "10" }).toEqual({ ...whole.headers, date: "" });
    expect(await ask("/digits.txt", { range: "bytes=-4" })).toMatchObject({ status: 206, text: "6789" });
    expect(await ask("/digits.txt", { range: "bytes=9-100" })).toMatchObject({ status: 206, text: "9" });
    expect(await ask("/digits.txt", { range: "bytes=2-4" }, "HEAD")).toMatchObject({ status: 200, headers: { "content-length": "10" } });
  });

  test("a range behind the end is answered with 416 and the size", async () => {
    const { ask } = await serve();
    const answer = await ask("/digits.txt", { range: "bytes=10-", accept: "application/json" });
    expect(answer).toMatchObject({ status: 416, headers: { "content-range": "bytes */10", "content-type": "application/json" } });
    expect(JSON.parse(answer.text)).toEqual({ code: 10000, message: "The file has 10 bytes." });
  });

  test("several ranges, and what is no range, are answered with the whole file, once", async () => {
    const { ask } = await serve();
    for (const range of [
      "bytes=0-1,5-6",
      `bytes=${"0-9,".repeat(500)}0-9`,
      "bytes=9-1",
      "bytes=abc",
      "bites=0-1",
      "bytes=-",
      "bytes=--5",
    ]) {
      expect(await ask("/digits.txt", { range })).toMatchObject({ status: 200, text: "0123456789" });
    }
    expect(await ask("/empty.txt", { range: "bytes=0-" })).toMatchObject({ status: 200, text: "" });
  });

  test("If-Range sends the part only of the very file that the client has", async () => {
    const { ask } = await serve();
    const range = "bytes=8-";
    const { etag } = (await ask("/digits.txt")).headers;
    for (const held of [etag, exactly])
      expect(await ask("/digits.txt", { range, "if-range": held })).toMatchObject({ status: 206, text: "89" });
    for (const other of ['"x"', `W/${etag}`, before, after, "garbage"])
      expect(await ask("/digits.txt", { range, "if-range": other })).toMatchObject({ status: 200, text: "0123456789" });
    expect((await ask("/digits.txt", { range: "bytes=10-", "if-range": '"x"' })).status).toBe(200);
    expect((await ask("/digits.txt", { range, "if-none-match": etag })).status).toBe(304);
  });
});
