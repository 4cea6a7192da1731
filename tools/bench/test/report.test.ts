import { describe, expect, it } from "vitest";
import { parseOptions } from "../options.ts";
import { replaceBetweenMarks } from "../report/document.ts";
import { missingRow, type Section, verdictOf } from "../report/section.ts";
import { markdownTable, plainTable } from "../report/table.ts";

const section: Section = {
  feature: "P1",
  title: "hello",
  columns: [{ name: "requests/s", digits: 0 }],
  result: { name: "ratio", digits: 2 },
  rows: [
    { subject: "ours", figures: [98765.4] },
    { subject: "theirs", figures: [1234], result: { median: 1.8, min: 1.7, max: 1.91 }, bar: { atLeast: 1.8 } },
    missingRow("nginx", "nginx is not on PATH", { atLeast: 0.5 }),
  ],
};

describe("a table", () => {
  it("aligns figures and says whether each bar is met", () => {
    expect(plainTable(section)).toBe(
      [
        "hello   requests/s                ratio     bar",
        "-----------------------------------------------",
        "ours        98,765",
        "theirs       1,234  1.80 (1.70 to 1.91)  >= 1.8  met",
        "nginx                                    >= 0.5  not measured: nginx is not on PATH",
      ].join("\n"),
    );
  });

  it("is written in Markdown under the name of its feature", () => {
    expect(markdownTable(section).split("\n").slice(0, 6)).toEqual([
      "#### P1: hello",
      "",
      "|  | requests/s | ratio | bar |  |",
      "| --- | ---: | ---: | ---: | --- |",
      "| ours | 98,765 |  |  |  |",
      "| theirs | 1,234 | 1.80 (1.70 to 1.91) | >= 1.8 | met |",
    ]);
  });
});

describe("a bar", () => {
  const result = { median: 300, min: 250, max: 400 };

  it("is judged by the median", () => {
    expect(verdictOf({ subject: "", figures: [], result, bar: { atMost: 300 } })).toBe("met");
    expect(verdictOf({ subject: "", figures: [], result, bar: { atMost: 299 } })).toBe("missed");
    expect(verdictOf({ subject: "", figures: [], result, bar: { atLeast: 301 } })).toBe("missed");
  });

  it("is not judged where nothing was measured", () => {
    expect(verdictOf(missingRow("x", "why", { atLeast: 1 }))).toBeUndefined();
  });
});

describe("the document", () => {
  it("keeps everything outside the marks of the bench that ran", () => {
    const before = "a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb\n<!-- bench:y -->\nkept\n<!-- /bench:y -->\n";
    expect(replaceBetweenMarks(before, "x", "new")).toBe(before.replace("old", "new"));
  });

  it("is not written when it has no place for a bench", () => {
    expect(() => replaceBetweenMarks("nothing", "x", "new")).toThrow("<!-- bench:x -->");
  });
});

describe("the options", () => {
  it("run every bench when none is named", () => {
    expect(parseOptions([], ["hello", "static"])).toMatchObject({ names: ["hello", "static"], rounds: 5, seconds: 2, require: false });
  });

  it("refuse an unknown bench and a length that is no whole number", () => {
    expect(() => parseOptions(["fast"], ["hello"])).toThrow('there is no bench "fast"; known are hello');
    expect(() => parseOptions(["--seconds", "0.5"], ["hello"])).toThrow("--seconds takes a whole number");
  });
});
