import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curlBy, protocols, runCurl, withoutCurl, type CurlAnswer } from "./support/curl.ts";
import { longData, longText, startSite, type Site } from "./support/site.ts";

let site: Site;

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site[Symbol.asyncDispose]());

describe.skipIf(withoutCurl).each(protocols)("curl by %s", (name) => {
  const { how, urlOf, send: get } = curlBy(name, () => site);
  const scratch = (file: string): string => join(site.scratch, `${name.replaceAll(/\W/g, "-")}-${file}`);

  describe("revalidates a file", () => {
    test("by the entity tag that it kept: 304 without a body", async () => {
      const kept = scratch("etag");
      const first = await get("/plain.txt", "--etag-save", kept);
      expect([first.status, first.body.length, readFileSync(kept, "utf8").trim()]).toEqual([200, 100, first.headers.get("etag")]);
      const second = await get("/plain.txt", "--etag-compare", kept);
      expect([second.status, second.body.length, second.headers.get("etag")]).toEqual([304, 0, first.headers.get("etag")]);
    });

    test("by the date of the copy that it has: 304", async () => {
      const copy = scratch("copy");
      await get("/plain.txt", "--remote-time", "--no-include", "--output", copy).catch(() => undefined);
      const { status, body } = await get("/plain.txt", "--time-cond", copy);
      expect([status, body.length]).toEqual([304, 0]);
    });

    test("that is newer than its copy: 200", async () => {
      const { status, body } = await get("/plain.txt", "--time-cond", "Mon, 01 Jan 2024 00:00:00 GMT");
      expect([status, body.length]).toEqual([200, 100]);
    });
  });

  describe("asks for a part of a file", () => {
    test.each([
      ["0-9", "bytes 0-9/100", "0123456789"],
      ["95-", "bytes 95-99/100", "56789"],
      ["-3", "bytes 97-99/100", "789"],
      ["98-1000", "bytes 98-99/100", "89"],
    ])("%s: 206", async (range, contentRange, part) => {
      const { status, headers, text } = await get("/plain.txt", "--range", range);
      expect([status, headers.get("content-range"), headers.get("content-length"), text]).toEqual([
        206,
        contentRange,
        String(part.length),
        part,
      ]);
    });

    test("behind its end: 416 with its size", async () => {
      const { status, headers } = await get("/plain.txt", "--range", "100-");
      expect([status, headers.get("content-range")]).toEqual([416, "bytes */100"]);
    });

    test("to go on with a download that broke off", async () => {
      const partial = scratch("partial");
      const whole = Buffer.alloc(3_000_000, "abcdefgh");
      writeFileSync(partial, whole.subarray(0, 1_234_567));
      const { code } = await runCurl([...how(), "--continue-at", "-", "--output", partial, urlOf("/large.bin")]);
      expect([code, readFileSync(partial).equals(whole)]).toEqual([0, true]);
    });
  });

  describe("asks with HEAD and gets the headers of GET", () => {
    test.each(["/plain.txt", "/large.bin", "/packed.html", "/short", "/text", "/data", "/none"])("for %s", async (path) => {
      const whole = await get(path);
      const head = await get(path, "--head");
      expect([head.status, head.body.length]).toEqual([whole.status, 0]);
      expect(described(head)).toEqual(described(whole));
    });

    test.each(["/text", "/data", "/stream", "/sub"])("for %s, without the length that only a body tells", async (path) => {
      const whole = await get(path, "--header", "Accept-Encoding: br");
      const head = await get(path, "--head", "--header", "Accept-Encoding: br");
      const { "content-length": length, "transfer-encoding": framing, ...rest } = described(whole);
      expect([length, framing].filter((value) => value !== undefined).length).toBeLessThanOrEqual(1);
      expect(described(head)).toEqual(rest);
    });
  });

  describe.each([
    ["/text", longText],
    ["/data", JSON.stringify(longData)],
    ["/packed.html", longText],
  ])("gets %s", (path, text) => {
    test.each([
      ["gzip", "gzip"],
      ["br", "br"],
      ["zstd", "zstd"],
      ["gzip, br", "br"],
      ["br;q=0.5, gzip", "gzip"],
      ["zstd;q=0.9, br;q=0.8, gzip;q=0.7", "zstd"],
      ["GZIP;Q=1", "gzip"],
      ["*", "br"],
      ["*;q=0.5, gzip", "gzip"],
      ["br;q=0, *", "zstd"],
      ["br;q=0, zstd;q=0, *", "gzip"],
      ["identity;q=0, gzip;q=0.1", "gzip"],
      ["identity;q=0, *", "br"],
      ["identity, gzip;q=0.5", null],
      ["identity;q=0.5, gzip", "gzip"],
      ["gzip;q=0", null],
      ["*;q=0", null],
      ["identity", null],
      ["deflate", null],
      ["gzip;q=nonsense", null],
      ["", null],
    ])("for Accept-Encoding: %s in %s", async (accepted, coding) => {
      const { status, headers, body } = await get(path, "--header", accepted === "" ? "Accept-Encoding;" : `Accept-Encoding: ${accepted}`);
      expect([status, headers.get("content-encoding"), headers.get("vary")]).toEqual([200, coding, "Accept-Encoding"]);
      expect(decoded(body, coding)).toBe(text);
      expect(headers.get("content-length") ?? String(body.length)).toBe(String(body.length));
    });

    test("as it is where it says nothing of encodings, and what others get would differ", async () => {
      const { headers, text: got } = await get(path);
      expect([headers.get("content-encoding"), headers.get("vary"), got]).toEqual([null, "Accept-Encoding", text]);
    });

    test("decompressed by curl itself", async () => {
      const { headers, text: got } = await get(path, "--compressed");
      expect([headers.get("content-encoding"), got]).toEqual(["br", text]);
    });
  });

  test("gets what is too short, or no text, as it is", async () => {
    for (const path of ["/short", "/large.bin", "/style.css"]) {
      const { headers } = await get(path, "--compressed");
      expect([path, headers.get("content-encoding")]).toEqual([path, null]);
    }
  });

  test("gets other entity tags for other variants of a file", async () => {
    const tags = await Promise.all(
      ["identity", "gzip", "br", "zstd"].map(async (coding) =>
        (await get("/packed.html", "--header", `Accept-Encoding: ${coding}`)).headers.get("etag"),
      ),
    );
    expect(new Set(tags).size).toBe(4);
    const { status } = await get("/packed.html", "--header", "Accept-Encoding: br", "--header", `If-None-Match: ${tags[2]!}`);
    expect(status).toBe(304);
  });
});

/** All headers but the date, which may have gone on, and what belongs to the connection. */
const described = ({ headers }: CurlAnswer): Record<string, string> => {
  const { date: _, connection: _connection, "keep-alive": _keepAlive, ...rest } = Object.fromEntries(headers);
  return rest;
};

const decoded = (body: Buffer, coding: string | null): string => {
  if (coding === "gzip") return gunzipSync(body).toString();
  if (coding === "br") return brotliDecompressSync(body).toString();
  return (coding === "zstd" ? zstdDecompressSync(body) : body).toString();
};
