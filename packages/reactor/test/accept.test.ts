import { describe, expect, test } from "vitest";
import { negotiateEncoding, prefersJson, type ContentCoding } from "../src/http/accept.ts";

const all: readonly ContentCoding[] = ["br", "zstd", "gzip"];

describe("negotiateEncoding", () => {
  test.each<[string | undefined, readonly ContentCoding[], ContentCoding | undefined]>([
    [undefined, all, undefined],
    ["", all, undefined],
    ["gzip, deflate, br, zstd", all, "br"],
    ["gzip, deflate, br, zstd", ["zstd", "gzip"], "zstd"],
    ["gzip", all, "gzip"],
    ["x-gzip", all, "gzip"],
    ["GZIP", all, "gzip"],
    ["gzip;q=1.0, br;q=0.9", all, "gzip"],
    ["gzip ; Q=0.5 , br;q=0.50", all, "br"],
    ["br;q=0, gzip", all, "gzip"],
    ["br;q=0.000", all, undefined],
    ["gzip;q=0, br;q=0, zstd;q=0", all, undefined],
    ["*", all, "br"],
    ["*;q=0.1, br;q=0", all, "zstd"],
    ["*;q=0", all, undefined],
    ["identity", all, undefined],
    ["identity;q=0", all, undefined],
    ["identity;q=0, gzip;q=0.1", all, "gzip"],
    ["identity, gzip;q=0.5", all, undefined],
    ["identity;q=0.5, gzip;q=0.5", all, "gzip"],
    ["identity;q=0.2, gzip;q=0.5", all, "gzip"],
    ["deflate, compress", all, undefined],
    ["gzip", ["br"], undefined],
    ["gzip", [], undefined],
    ["gzip;q=2", all, undefined],
    ["gzip;q=-1", all, undefined],
    ["gzip;q=abc", all, undefined],
    ["gzip;q=", all, undefined],
    ["gzip;level=9;q=0.3, br;q=0.2", all, "gzip"],
    [",,;q=1,gzip,,", all, "gzip"],
    ["constructor, __proto__, gzip", all, "gzip"],
  ])("%j with %j gives %s", (header, offered, expected) => {
    expect(negotiateEncoding(header, offered)).toBe(expected);
    expect(negotiateEncoding(header, offered)).toBe(expected);
  });

  test("more different headers than the memo holds are all answered rightly", () => {
    for (let at = 0; at < 500; at++) expect(negotiateEncoding(`x${at}, gzip`, all)).toBe("gzip");
  });

  test("a coding behind a flood of others is not looked for", () => {
    expect(negotiateEncoding(`${"x,".repeat(5_000)}gzip`, all)).toBeUndefined();
  });
});

describe("prefersJson", () => {
  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ["", false],
    ["*/*", false],
    ["text/html", false],
    ["application/json", true],
    ["application/*", true],
    ["application/problem+json", true],
    ["Application/JSON; charset=utf-8", true],
    ["application/json, text/plain, */*", true],
    ["application/json;q=0.5, */*", false],
    ["application/json;q=0.5, */*;q=0.1", true],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false],
    ["text/html, application/json", false],
    ["application/json, text/html", true],
    ["text/html;q=0.8, application/json;q=0.9", true],
    ["text/html, application/json;q=0.9", false],
    ["text/*;q=0.5, application/json;q=0.5", false],
    ["application/json;q=0", false],
    ["application/json;q=0, application/*", false],
    ["application/json;q=oops, text/html", false],
  ])("%j: %s", (header, expected) => {
    expect(prefersJson(header)).toBe(expected);
    expect(prefersJson(header)).toBe(expected);
  });
});
