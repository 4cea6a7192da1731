import { describe, expect, test } from "vitest";
import { duration, size, waitingTime, type Duration, type Size } from "../src/units.ts";

describe("duration", () => {
  test.each([
    [0, 0],
    [1500, 1500],
    ["500ms", 500],
    ["2s", 2_000],
    ["1.5s", 1_500],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
  ] as [Duration, number][])("%s is %i ms", (value, expected) => {
    expect(duration(value)).toBe(expected);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, "", "5", "5 minutes", "5x", "-2s", "constructor", null, {}])(
    "refuses %s and names the option and the value",
    (value) => {
      expect(() => duration(value as Duration, "keepAlive")).toThrow(
        expect.objectContaining({ code: "SKITAI_REACTOR_BAD_DURATION", message: expect.stringContaining("keepAlive") }),
      );
    },
  );
});

test("what is waited for is never longer than a timer can wait", () => {
  expect([waitingTime("30d"), waitingTime("1d"), waitingTime("2s")]).toEqual([2 ** 31 - 1, 86_400_000, 2_000]);
});

describe("size", () => {
  test.each([
    [0, 0],
    [4096, 4096],
    ["100b", 100],
    ["64kb", 65_536],
    ["16mb", 16_777_216],
    ["2gb", 2_147_483_648],
    ["1.5KB", 1_536],
  ] as [Size, number][])("%s is %i bytes", (value, expected) => {
    expect(size(value)).toBe(expected);
  });

  test.each([-1, "64", "64 kb", "1tb", "5s"])("refuses %s", (value) => {
    expect(() => size(value as Size, "maxHeaderSize")).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_SIZE" }));
  });
});
