import { describe, expect, test } from "vitest";
import type { CacheStore, StoredBody, StoredEntry, StoredHead } from "../../src/cache/store.ts";
import { eventually } from "./eventually.ts";

/** The head of a response that was asked for at a time. */
export const headAt = (key: string, requestTime = 1000, more: Partial<StoredHead> = {}): StoredHead => ({
  key,
  variant: "",
  vary: [],
  status: 200,
  headers: ["Content-Type", "text/plain"],
  requestTime,
  responseTime: requestTime + 5,
  tags: [],
  ...more,
});

const any = (): boolean => true;
const url = "http://site/page";

/** Stores a body, in as many pieces as given. @returns whether the store took it. */
export const putInto = async (store: CacheStore, head: StoredHead, ...pieces: (string | Buffer)[]): Promise<boolean> => {
  const writer = store.write(head);
  for (const piece of pieces) {
    if (await writer.write(Buffer.from(piece))) continue;
    writer.abort();
    return false;
  }
  return writer.commit();
};

export const bytesOf = async (body: StoredBody | undefined): Promise<Buffer | undefined> => {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** The texts of what is stored under a key. */
export const textsIn = async (store: CacheStore, key: string, matches: (head: StoredHead) => boolean = any): Promise<string[]> => {
  const texts: string[] = [];
  for (const entry of await store.find(key, matches)) texts.push(String(await bytesOf(await entry.open())));
  return texts.toSorted();
};

const only = async (store: CacheStore, key: string): Promise<StoredEntry> => {
  const found = await store.find(key, any);
  expect(found).toHaveLength(1);
  return found[0]!;
};

/** What every store does. */
export const describeStore = (name: string, make: (maxSize: number) => CacheStore): void => {
  const opened = (maxSize = 64 * 1024 ** 2): CacheStore => make(maxSize);

  describe(name, () => {
    test("finds a response with its head and its body", async () => {
      const store = opened();
      const head = headAt(url, 1000, { headers: ["ETag", '"é"', "X", ""], vary: [["accept", null]], tags: ["a"] });
      expect(await putInto(store, head, "hello ", "world")).toBe(true);
      const entry = await only(store, url);
      expect(entry.head).toEqual(head);
      expect(entry.size).toBe(11);
      expect(String(await bytesOf(await entry.open()))).toBe("hello world");
    });

    test("finds nothing under another key", async () => {
      const store = opened();
      await putInto(store, headAt(url), "a");
      expect(await textsIn(store, `${url}?x`)).toEqual([]);
    });

    test("finds no response whose head does not pass", async () => {
      const store = opened();
      await putInto(store, headAt(url), "a");
      expect(await textsIn(store, url, ({ status }) => status !== 200)).toEqual([]);
    });

    test("shows a response when it is complete and not before", async () => {
      const store = opened();
      const writer = store.write(headAt(url));
      await writer.write(Buffer.from("a"));
      expect(await textsIn(store, url)).toEqual([]);
      await writer.commit();
      expect(await textsIn(store, url)).toEqual(["a"]);
    });

    test("shows nothing of a response that was given up", async () => {
      const store = opened();
      const writer = store.write(headAt(url));
      await writer.write(Buffer.from("a"));
      writer.abort();
      await store.close();
      expect(store.status().entries).toBe(0);
    });

    test("keeps the earlier response when a later one is given up", async () => {
      const store = opened();
      await putInto(store, headAt(url), "first");
      const writer = store.write(headAt(url, 2000));
      await writer.write(Buffer.from("second"));
      writer.abort();
      expect(await textsIn(store, url)).toEqual(["first"]);
    });

    test("replaces a response of the same key and variant", async () => {
      const store = opened();
      await putInto(store, headAt(url), "first");
      await putInto(store, headAt(url, 2000), "second");
      expect(await textsIn(store, url)).toEqual(["second"]);
      expect(store.status().entries).toBe(1);
    });

    test("keeps what is being read when it is replaced", async () => {
      const store = opened();
      await putInto(store, headAt(url), Buffer.alloc(2 * 1024 ** 2, "a"));
      const body = await (await only(store, url)).open();
      await putInto(store, headAt(url, 2000), "b");
      const bytes = await bytesOf(body);
      expect(bytes?.length).toBe(2 * 1024 ** 2);
      expect(bytes?.every((byte) => byte === 97)).toBe(true);
    });

    test("keeps an empty body", async () => {
      const store = opened();
      expect(await putInto(store, headAt(url))).toBe(true);
      expect((await only(store, url)).size).toBe(0);
    });

    test("keeps a body of several megabytes as it is", async () => {
      const store = opened();
      const pieces = Array.from({ length: 50 }, (_, index) => Buffer.alloc(70_001, index));
      await putInto(store, headAt(url), ...pieces);
      const body = await bytesOf(await (await only(store, url)).open());
      expect(body?.equals(Buffer.concat(pieces))).toBe(true);
    });

    test("keeps variants of a key beside each other", async () => {
      const store = opened();
      await putInto(store, headAt(url, 1000, { variant: "aa" }), "one");
      await putInto(store, headAt(url, 1000, { variant: "bb" }), "two");
      expect(await textsIn(store, url)).toEqual(["one", "two"]);
      expect(await textsIn(store, url, ({ variant }) => variant === "bb")).toEqual(["two"]);
    });

    test("drops one variant, or all", async () => {
      const store = opened();
      await putInto(store, headAt(url, 1000, { variant: "aa" }), "one");
      await putInto(store, headAt(url, 1000, { variant: "bb" }), "two");
      await putInto(store, headAt(url), "three");
      await store.delete(url, "aa");
      expect(await textsIn(store, url)).toEqual(["three", "two"]);
      await store.delete(url);
      expect(await textsIn(store, url)).toEqual([]);
      expect(store.status().entries).toBe(0);
    });

    test("keeps a bounded number of variants, without the oldest", async () => {
      const store = opened();
      for (let index = 0; index < 66; index++) await putInto(store, headAt(url, index, { variant: `a${index}` }), `${index}`);
      const found = await store.find(url, any);
      expect(found).toHaveLength(64);
      expect(found.some(({ head }) => head.variant === "a65")).toBe(true);
    });

    test("gives a response another head and keeps its body", async () => {
      const store = opened();
      await putInto(store, headAt(url), "hello");
      await store.freshen(await only(store, url), headAt(url, 2000, { headers: ["ETag", '"2"'] }));
      const entry = await only(store, url);
      expect(entry.head.headers).toEqual(["ETag", '"2"']);
      expect(String(await bytesOf(await entry.open()))).toBe("hello");
    });

    test("gives a long response another head", async () => {
      const store = opened();
      const body = Buffer.alloc(3 * 1024 ** 2, "abc");
      await putInto(store, headAt(url), body);
      await store.freshen(await only(store, url), headAt(url, 2000));
      const entry = await only(store, url);
      expect(entry.head.requestTime).toBe(2000);
      expect((await bytesOf(await entry.open()))?.equals(body)).toBe(true);
    });

    test("moves a response to another variant with its new head", async () => {
      const store = opened();
      await putInto(store, headAt(url, 1000, { variant: "aa" }), "hello");
      await store.freshen(await only(store, url), headAt(url, 2000, { variant: "bb" }));
      expect((await only(store, url)).head.variant).toBe("bb");
    });

    test("does not bring back by a new head what was dropped meanwhile", async () => {
      const store = opened();
      await putInto(store, headAt(url), "hello");
      const entry = await only(store, url);
      await store.delete(url);
      await store.freshen(entry, headAt(url, 2000));
      expect(await textsIn(store, url)).toEqual([]);
    });

    test("does not give a new head to what replaced the response", async () => {
      const store = opened();
      await putInto(store, headAt(url), "first");
      const entry = await only(store, url);
      await putInto(store, headAt(url, 2000), "second");
      await store.freshen(entry, headAt(url, 1500));
      expect((await only(store, url)).head.requestTime).toBe(2000);
    });

    test("drops all responses with a tag that were asked for until then", async () => {
      const store = opened();
      await putInto(store, headAt(url, 1000, { tags: ["shop", "home"] }), "one");
      await putInto(store, headAt(`${url}/2`, 2000, { tags: ["shop"] }), "two");
      await putInto(store, headAt(`${url}/3`, 1000, { tags: ["other"] }), "three");
      await store.deleteTag("shop", 1500);
      expect(await textsIn(store, url)).toEqual([]);
      expect(await textsIn(store, `${url}/2`)).toEqual(["two"]);
      expect(await textsIn(store, `${url}/3`)).toEqual(["three"]);
    });

    test("does not let in a response with a tag that was purged while it was under way", async () => {
      const store = opened();
      const writer = store.write(headAt(url, 1000, { tags: ["shop"] }));
      await writer.write(Buffer.from("one"));
      await store.deleteTag("shop", 1500);
      expect(await writer.commit()).toBe(false);
      expect(await textsIn(store, url)).toEqual([]);
    });

    test("does not store a body longer than all it may keep", async () => {
      const store = opened(10_000);
      expect(await putInto(store, headAt(url), Buffer.alloc(6000), Buffer.alloc(6000))).toBe(false);
      expect(await textsIn(store, url)).toEqual([]);
    });

    test("stays within its size", async () => {
      const store = opened(1_000_000);
      for (let index = 0; index < 60; index++) await putInto(store, headAt(`${url}/${index}`), Buffer.alloc(50_000));
      await eventually(() => store.status().size <= 1_000_000 && store.status().evicted > 0);
      expect(store.status().entries).toBeGreaterThan(5);
    });

    test.each([
      ["the name of a member", "__proto__"],
      ["a path that climbs", "../../../../etc/passwd"],
      ["a long one", `http://site/${"long".repeat(5000)}`],
      ["control characters", "http://site/\u0000\n/é?a=%00"],
    ])("takes any text for a key: %s", async (_, key) => {
      const store = opened();
      await putInto(store, headAt(key, 1000, { tags: [key] }), "hello");
      expect(await textsIn(store, key)).toEqual(["hello"]);
      await store.deleteTag(key, 1000);
      expect(await textsIn(store, key)).toEqual([]);
    });

    test("counts what it holds", async () => {
      const store = opened();
      await putInto(store, headAt(url), "hello");
      await putInto(store, headAt(`${url}/2`), "hello");
      expect(store.status()).toMatchObject({ entries: 2, evicted: 0, errors: 0, maxSize: 64 * 1024 ** 2 });
      expect(store.status().size).toBeGreaterThan(10);
    });

    test("closes twice", async () => {
      const store = opened();
      await putInto(store, headAt(url), "hello");
      await store.close();
      await store.close();
    });
  });
};
