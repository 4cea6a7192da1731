import { expect, test } from "vitest";
import * as exported from "../src/cache/index.ts";

test("@skitai/reactor/cache exports these names and no others", () => {
  expect(Object.keys(exported).toSorted()).toEqual(["DiskStore", "HttpCache", "MemoryStore", "ResultCache", "TieredStore", "cacheStore"]);
});
