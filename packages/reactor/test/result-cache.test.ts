import { describe, expect, test } from "vitest";
import { ResultCache } from "../src/cache/result-cache.ts";

const start = 1_000_000;

/** A cache and its clock. */
const cacheAt = (max?: number): { cache: ResultCache; clock: { now: number } } => {
  const clock = { now: start };
  return { cache: new ResultCache({ ...(max === undefined ? {} : { max }), now: () => clock.now }), clock };
};

describe("a result", () => {
  test("is there until its seconds are over", () => {
    const { cache, clock } = cacheAt();
    cache.set("a", 1, 2);
    clock.now += 1999;
    expect(cache.get("a")).toBe(1);
    clock.now += 1;
    expect(cache.get("a")).toBeUndefined();
  });

  test("stays for 300 seconds where no time is given", () => {
    const { cache, clock } = cacheAt();
    cache.set("a", 1);
    clock.now += 299_999;
    expect(cache.get("a")).toBe(1);
    clock.now += 1;
    expect(cache.get("a")).toBeUndefined();
  });

  test.each([0, -1])("stored for %d seconds takes away the one that is there", (seconds) => {
    const { cache } = cacheAt();
    cache.set("a", 1);
    cache.set("a", 2, seconds);
    expect(cache.get("a")).toBeUndefined();
  });

  test("replaces an earlier one, and its time", () => {
    const { cache, clock } = cacheAt();
    cache.set("a", 1, 1);
    cache.set("a", 2, 10);
    clock.now += 5000;
    expect(cache.get("a")).toBe(2);
    expect(cache.status().entries).toBe(1);
  });

  test("goes when it is expired by name", () => {
    const { cache } = cacheAt();
    cache.set("a", 1);
    expect(cache.expire("a")).toBe(true);
    expect(cache.expire("a")).toBe(false);
    expect(cache.get("a")).toBeUndefined();
  });

  test("needs a number as its time", () => {
    expect(() => cacheAt().cache.set("a", 1, Number.NaN)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
  });
});

describe("useCache", () => {
  test("false looks nothing up, keeps what is stored, and lets the next result replace it", () => {
    const { cache } = cacheAt();
    cache.set("a", "old");
    expect(cache.get("a", false)).toBeUndefined();
    expect(cache.get("a")).toBe("old");
    cache.set("a", "new");
    expect(cache.get("a")).toBe("new");
  });

  test("as the time of the last update takes what was asked for later", () => {
    const { cache } = cacheAt();
    cache.set("a", 1);
    expect(cache.get("a", start - 1)).toBe(1);
  });

  test("as the time of the last update drops what was asked for before, or in the same millisecond", () => {
    const { cache } = cacheAt();
    for (const updated of [start, start + 1]) {
      cache.set("a", 1);
      expect(cache.get("a", updated)).toBeUndefined();
      expect(cache.get("a")).toBeUndefined();
    }
  });

  test("drops what came after the update but was asked for before it", () => {
    const { cache } = cacheAt();
    cache.set("a", "old", 60, start - 10);
    expect(cache.get("a", start - 5)).toBeUndefined();
  });
});

describe("a full cache", () => {
  test("of 100 makes room for one more by dropping the 20 with the least time left", () => {
    const { cache } = cacheAt();
    for (let index = 0; index < 100; index++) cache.set(`${index}`, index, 200 - index);
    cache.set("new", 1, 1);
    expect(cache.status()).toMatchObject({ entries: 81, evicted: 20, max: 100 });
    expect(cache.get("79")).toBe(79);
    expect(cache.get("80")).toBeUndefined();
    expect(cache.get("new")).toBe(1);
  });

  test("replaces a result that it holds without dropping others", () => {
    const { cache } = cacheAt(2);
    cache.set("a", 1);
    cache.set("b", 1);
    cache.set("a", 2);
    expect(cache.status()).toMatchObject({ entries: 2, evicted: 0 });
  });

  test("of one result holds the newest", () => {
    const { cache } = cacheAt(1);
    cache.set("a", 1);
    cache.set("b", 2);
    expect([cache.get("a"), cache.get("b")]).toEqual([undefined, 2]);
  });

  test("shrinks at once when its maximum does", () => {
    const { cache } = cacheAt();
    for (let index = 0; index < 10; index++) cache.set(`${index}`, index, 10 + index);
    cache.max = 3;
    expect(cache.status()).toMatchObject({ entries: 3, max: 3 });
    expect(cache.get("9")).toBe(9);
  });
});

test("a cache for no results keeps none", () => {
  const { cache } = cacheAt(0);
  cache.set("a", 1);
  expect(cache.get("a")).toBeUndefined();
});

test("hits and misses are counted", () => {
  const { cache } = cacheAt();
  cache.set("a", 1);
  cache.get("a");
  cache.get("b");
  cache.get("a", false);
  expect(cache.status()).toMatchObject({ hits: 1, misses: 2 });
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("a maximum of %d is refused", (max) => {
  expect(() => new ResultCache({ max })).toThrow(/max of a ResultCache cannot be/);
});

test("an option that does not exist is refused", () => {
  const options: object = { maximum: 3 };
  expect(() => new ResultCache(options)).toThrow(/maximum/);
});
