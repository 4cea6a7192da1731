import { expect, test } from "vitest";
import { ago, counted, hostOf, rows } from "../presentation.ts";

const minute = 60_000;

test.each([
  [0, "just now"],
  [59_999, "just now"],
  [minute, "1 minute ago"],
  [119 * minute, "1 hour ago"],
  [2 * 60 * minute, "2 hours ago"],
  [24 * 60 * minute, "yesterday"],
  [8 * 24 * 60 * minute, "last week"],
  [800 * 24 * 60 * minute, "2 years ago"],
  [-5 * minute, "just now"],
])("%i milliseconds ago is told as %s", (past, text) => {
  expect(ago(1_800_000_000_000 - past, 1_800_000_000_000)).toBe(text);
});

test("the host of an address goes without www", () => {
  expect(hostOf("https://www.example.com/a?b")).toBe("example.com");
  expect(hostOf("http://example.com:8080/")).toBe("example.com:8080");
});

test("nouns agree with their number", () => {
  expect([counted(0, "link"), counted(1, "link"), counted(2, "link")]).toEqual(["0 links", "1 link", "2 links"]);
});

test("a report becomes rows, whatever its depth", () => {
  expect(rows({ a: 1, b: { c: [true, null], d: {}, e: "" }, f: [{ g: 1, h: ["x", "y"] }, { i: { j: 2 } }, "k"], l: [] })).toEqual([
    ["a", "1"],
    ["b.c", "true, null"],
    ["b.d", "none"],
    ["b.e", "(empty)"],
    ["f", "g 1 · h x, y"],
    ["f.i.j", "2"],
    ["f", "k"],
    ["l", "none"],
  ]);
});
