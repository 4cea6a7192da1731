import { expect, test } from "vitest";
import { fileStamp, makeTimestamp } from "../src/log/timestamp.ts";

test("a timestamp is the local date and time with two digits each", () => {
  expect(makeTimestamp()(new Date(2026, 0, 2, 3, 4, 5).getTime())).toBe("2026.01.02 03:04:05");
  expect(makeTimestamp()(new Date(2026, 10, 20, 20, 27, 32, 999).getTime())).toBe("2026.11.20 20:27:32");
});

test("the text changes with the second, forwards and backwards", () => {
  const timestamp = makeTimestamp();
  const start = new Date(2026, 11, 31, 23, 59, 59).getTime();
  expect(timestamp(start)).toBe("2026.12.31 23:59:59");
  expect(timestamp(start + 999)).toBe("2026.12.31 23:59:59");
  expect(timestamp(start + 1000)).toBe("2027.01.01 00:00:00");
  expect(timestamp(start)).toBe("2026.12.31 23:59:59");
});

test("a file stamp is the same without punctuation", () => {
  expect(fileStamp(new Date(2026, 10, 20, 2, 7, 9).getTime())).toEqual({ day: "20261120", time: "020709" });
});
