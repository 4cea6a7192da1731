import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { DiskStore } from "../src/cache/disk-store.ts";
import { HttpCache } from "../src/cache/http-cache.ts";
import type { HttpCacheOptions } from "../src/cache/http-cache-options.ts";
import { MemoryStore } from "../src/cache/memory-store.ts";
import type { CacheStore } from "../src/cache/store.ts";
import { TieredStore } from "../src/cache/tiered-store.ts";
import type { CachedResponse, CacheRequest, OriginResponse } from "../src/cache/types.ts";
import { epoch, Scene, textOfBody } from "./support/cache-exchange.ts";
import { eventually } from "./support/eventually.ts";
import { httpOrigin, type HttpOrigin } from "./support/http-origin.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const minute = { "Cache-Control": "max-age=60" };
const get = (url: string, headers: CacheRequest["headers"] = {}): CacheRequest => ({ method: "GET", url, headers });

const stores: readonly [string, () => CacheStore][] = [
  ["memory", () => new MemoryStore()],
  ["disk", () => new DiskStore(temporaryDirectory())],
  ["memory over disk", () => new TieredStore({ memory: new MemoryStore(), disk: new DiskStore(temporaryDirectory()) })],
];

/** A server that keeps the responses open which it was asked for, and a cache in front of it. */
const held = async (
  options: Partial<HttpCacheOptions> = {},
): Promise<{
  cache: HttpCache;
  origin: HttpOrigin;
  responses: ServerResponse[];
  fetch: (request?: CacheRequest, signal?: AbortSignal) => Promise<CachedResponse>;
}> => {
  const responses: ServerResponse[] = [];
  const origin = await httpOrigin((_, response) => responses.push(response));
  const cache = new HttpCache({ shared: true, ...options });
  return { cache, origin, responses, fetch: (request = get(origin.url), signal) => cache.fetch(request, origin.ask, { signal }) };
};

const read = async ({ body }: CachedResponse): Promise<string> => textOfBody(body);

/** Reads the next piece of a streamed body. */
const pieces = ({ body }: CachedResponse): AsyncIterator<Uint8Array> => (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
const textOf = (step: IteratorResult<Uint8Array>): string => Buffer.from(step.value as Uint8Array).toString();

describe.each(stores)("a body that streams through the cache into %s", (_, store) => {
  test("reaches the client piece by piece, and the next one from the store", async () => {
    const { cache, responses, fetch } = await held({ store: store() });
    const answering = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, minute).write("first ");
    const body = pieces(await answering);
    expect(textOf(await body.next())).toBe("first ");
    responses[0]!.end("second");
    expect(textOf(await body.next())).toBe("second");
    expect((await body.next()).done).toBe(true);
    const again = await fetch();
    expect(again.lookup).toMatch(/HIT/);
    expect(await read(again)).toBe("first second");
    await cache.close();
    expect(cache.status()).toMatchObject({ held: 0, underWay: 0, store: { entries: 1 } });
  });

  test("of five megabytes comes back as it was", async () => {
    const content = Buffer.alloc(5_000_000, "0123456789abcdef");
    const origin = await httpOrigin((_, response) => response.writeHead(200, minute).end(content));
    const cache = new HttpCache({ shared: true, store: store() });
    const fetch = async (): Promise<[string, boolean]> => {
      const answer = await cache.fetch(get(origin.url), origin.ask);
      const chunks: Uint8Array[] = [];
      if (Buffer.isBuffer(answer.body)) chunks.push(answer.body);
      else for await (const chunk of answer.body!) chunks.push(chunk);
      return [answer.lookup, Buffer.concat(chunks).equals(content)];
    };
    expect(await fetch()).toEqual(["MISS", true]);
    await eventually(() => cache.status().underWay === 0);
    expect(await fetch()).toEqual([expect.stringMatching("HIT"), true]);
    await cache.close();
  });

  test("that is cut off is an error for the client, and not stored", async () => {
    const { cache, responses, fetch } = await held({ store: store() });
    const answering = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, { ...minute, "Content-Length": "10" }).write("first");
    const body = pieces(await answering);
    await body.next();
    responses[0]!.destroy();
    await expect(body.next()).rejects.toThrow();
    await cache.close();
    expect(cache.status()).toMatchObject({ held: 0, underWay: 0, store: { entries: 0 } });
  });

  test("that the client gives up is given up at the origin too, and not stored", async () => {
    const { cache, responses, fetch } = await held({ store: store() });
    const answering = fetch();
    await eventually(() => responses.length === 1);
    const closed = once(responses[0]!, "close");
    responses[0]!.writeHead(200, minute).write("first");
    const body = pieces(await answering);
    await body.next();
    await body.return?.();
    await closed;
    await cache.close();
    expect(cache.status()).toMatchObject({ held: 0, underWay: 0, store: { entries: 0 } });
  });

  test("that the client's signal ends is given up at the origin too", async () => {
    const { cache, responses, fetch } = await held({ store: store() });
    const client = new AbortController();
    const answering = fetch(undefined, client.signal);
    await eventually(() => responses.length === 1);
    const closed = once(responses[0]!, "close");
    responses[0]!.writeHead(200, minute).write("first");
    const body = pieces(await answering);
    await body.next();
    const next = body.next();
    client.abort(new Error("gone"));
    await expect(next).rejects.toThrow("gone");
    await closed;
    await cache.close();
    expect(cache.status().store.entries).toBe(0);
  });
});

describe("a body", () => {
  const sent = (headers: Record<string, string>, body: OriginResponse["body"]) => () =>
    Promise.resolve({ status: 200, headers: Object.entries({ ...minute, ...headers }).flat(), body });
  async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) yield Buffer.from(text);
  }
  const storedOf = async (origin: () => Promise<OriginResponse>, options: Partial<HttpCacheOptions> = {}): Promise<number> => {
    const cache = new HttpCache({ shared: true, ...options });
    await read(await cache.fetch(get("http://site/"), origin));
    return cache.status().store.entries;
  };

  test.each<[string, Record<string, string>, () => OriginResponse["body"], number]>([
    ["as long as announced", { "Content-Length": "6" }, () => chunks("abc", "def"), 1],
    ["shorter than announced", { "Content-Length": "7" }, () => chunks("abc", "def"), 0],
    ["longer than announced", { "Content-Length": "5" }, () => chunks("abc", "def"), 0],
    ["with two lengths", { "Content-Length": "6, 6" }, () => chunks("abc", "def"), 0],
    ["of unknown length", {}, () => chunks("abc", "def"), 1],
    ["of no bytes", {}, () => chunks(), 1],
    ["in one piece as long as announced", { "Content-Length": "3" }, () => Buffer.from("abc"), 1],
    ["in one piece shorter than announced", { "Content-Length": "4" }, () => Buffer.from("abc"), 0],
    ["that is missing", { "Content-Length": "4" }, () => null, 0],
    ["that is not to be", { "Content-Length": "0" }, () => null, 1],
  ])("%s is stored or not", async (_, headers, body, stored) => {
    expect(await storedOf(sent(headers, body()))).toBe(stored);
  });

  test.each<[string, Record<string, string>, () => OriginResponse["body"]]>([
    ["in one piece", {}, () => Buffer.alloc(101)],
    ["announced", { "Content-Length": "101" }, () => chunks("x".repeat(101))],
    ["in pieces", {}, () => chunks("x".repeat(100), "x")],
  ])("%s beyond maxObjectSize reaches the client whole, and is not stored", async (_, headers, body) => {
    const cache = new HttpCache({ shared: true, maxObjectSize: 100 });
    const answer = await cache.fetch(get("http://site/"), sent(headers, body()));
    expect((await read(answer)).length).toBe(101);
    expect(cache.status()).toMatchObject({ held: 0, underWay: 0, store: { entries: 0 } });
  });

  test("of exactly maxObjectSize is stored", async () => {
    expect(await storedOf(sent({}, chunks("x".repeat(100))), { maxObjectSize: 100 })).toBe(1);
  });

  test("that fails in the middle fails for the client, and is not stored", async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("abc");
      throw new Error("broken");
    };
    const cache = new HttpCache({ shared: true });
    const answer = await cache.fetch(get("http://site/"), sent({}, failing()));
    await expect(read(answer)).rejects.toThrow("broken");
    expect(cache.status()).toMatchObject({ held: 0, underWay: 0, store: { entries: 0 } });
  });
});

describe("requests for the same at one time", () => {
  const manyGets = (fetch: () => Promise<CachedResponse>, count = 20): Promise<CachedResponse>[] =>
    Array.from({ length: count }, () => fetch());

  test("cost one request to the origin", async () => {
    const { cache, responses, fetch } = await held();
    const answers = manyGets(fetch, 50);
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, minute).end("content");
    const bodies = await Promise.all(answers.map(async (answer) => read(await answer)));
    expect(new Set(bodies)).toEqual(new Set(["content"]));
    expect(responses).toHaveLength(1);
    expect(cache.status()).toMatchObject({ misses: 1, memoryHits: 49, collapsed: 49, held: 0, underWay: 0 });
  });

  test("are told apart in Cache-Status", async () => {
    const { responses, fetch } = await held();
    const answers = manyGets(fetch, 2);
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, minute).end("content");
    const [first, second] = await Promise.all(answers);
    expect([first!.lookup, first!.cacheStatus]).toEqual(["MISS", expect.stringMatching(/^skitai; fwd=uri-miss; ttl=\d+; stored$/)]);
    expect([second!.lookup, second!.cacheStatus]).toEqual(["MEM_HIT", expect.stringMatching(/^skitai; fwd=uri-miss; ttl=\d+; collapsed$/)]);
  });

  test("get the whole body also where they come in the middle of it", async () => {
    const { responses, fetch } = await held();
    const leading = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, minute).write("first ");
    const body = pieces(await leading);
    await body.next();
    const follower = await fetch();
    responses[0]!.end("second");
    expect(await read(follower)).toBe("first second");
    expect(textOf(await body.next())).toBe("second");
    expect(responses).toHaveLength(1);
  });

  test("are read each at its own speed", async () => {
    const { responses, fetch } = await held();
    const answers = manyGets(fetch, 2);
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, minute).end(Buffer.alloc(3_000_000, "a"));
    const [slow, fast] = await Promise.all(answers);
    expect((await read(fast!)).length).toBe(3_000_000);
    expect((await read(slow!)).length).toBe(3_000_000);
  });

  test("go their own ways at once when the answer is private", async () => {
    const { responses, fetch } = await held();
    const answers = manyGets(fetch, 10);
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, { "Cache-Control": "private" }).write("0");
    // All of them, while the body of the first is still open.
    await eventually(() => responses.length === 10);
    for (const [index, response] of responses.entries()) response.end(`of ${index}`);
    const bodies = await Promise.all(answers.map(async (answer) => read(await answer)));
    expect(bodies.toSorted()).toEqual(["0of 0", ...Array.from({ length: 9 }, (_, index) => `of ${index + 1}`)]);
  });

  test("do not wait again where an answer was private", async () => {
    const { responses, fetch } = await held();
    const first = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, { "Cache-Control": "private" }).end();
    await read(await first);
    const answers = manyGets(fetch, 5);
    await eventually(() => responses.length === 6);
    for (const response of responses) response.end();
    await Promise.all(answers);
  });

  test("wait for each other again when that was long ago", async () => {
    const scene = new Scene({ shared: true }).answers({ headers: { "Cache-Control": "no-store" } });
    await scene.ask();
    scene.wait(11).answers({ headers: minute });
    await Promise.all([scene.ask(), scene.ask(), scene.ask()]);
    expect(scene.asked).toHaveLength(2);
  });

  test("go their own ways when the first one fails", async () => {
    let count = 0;
    const origin = async (): Promise<OriginResponse> => {
      if (++count === 1) throw new Error("refused");
      return { status: 200, headers: ["Cache-Control", "max-age=60"], body: Buffer.from("content") };
    };
    const cache = new HttpCache({ shared: true });
    const [first, ...others] = await Promise.allSettled(manyGets(() => cache.fetch(get("http://site/"), origin), 4));
    expect(first).toMatchObject({ status: "rejected", reason: { message: "refused" } });
    expect(others.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
  });

  test("get their answer when the first client goes away before it", async () => {
    const { responses, fetch } = await held();
    const client = new AbortController();
    const leading = fetch(undefined, client.signal);
    const follower = fetch();
    await eventually(() => responses.length === 1);
    client.abort(new Error("gone"));
    await expect(leading).rejects.toThrow("gone");
    responses[0]!.writeHead(200, minute).end("content");
    expect(await read(await follower)).toBe("content");
    expect(responses).toHaveLength(1);
  });

  test("get their answer when the first client goes away in the middle of it", async () => {
    const { cache, responses, fetch } = await held();
    const client = new AbortController();
    const answers = [fetch(undefined, client.signal), fetch()];
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, minute).write("first ");
    const [leader, follower] = await Promise.all(answers);
    const body = pieces(leader!);
    await body.next();
    client.abort();
    await expect(body.next()).rejects.toThrow();
    const reading = read(follower!);
    responses[0]!.end("second");
    expect(await reading).toBe("first second");
    expect(cache.status().store.entries).toBe(1);
  });

  test("end at the origin when all clients have gone", async () => {
    const { cache, responses, fetch } = await held();
    const clients = [new AbortController(), new AbortController()];
    const answers = Promise.allSettled(clients.map(({ signal }) => fetch(undefined, signal)));
    await eventually(() => responses.length === 1);
    const closed = once(responses[0]!, "close");
    for (const client of clients) client.abort();
    await closed;
    expect((await answers).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await eventually(() => cache.status().underWay === 0);
  });

  test("leave a private answer to nobody when its client has gone", async () => {
    const { responses, fetch } = await held();
    const client = new AbortController();
    const leading = fetch(undefined, client.signal);
    const follower = fetch();
    await eventually(() => responses.length === 1);
    client.abort();
    await expect(leading).rejects.toThrow();
    const closed = once(responses[0]!, "close");
    responses[0]!.writeHead(200, { "Cache-Control": "private" }).write("private");
    await closed;
    await eventually(() => responses.length === 2);
    responses[1]!.end("own");
    expect(await read(await follower)).toBe("own");
  });

  test("end a private body with the signal of its client, also where others waited", async () => {
    const { responses, fetch } = await held();
    const client = new AbortController();
    const leading = fetch(undefined, client.signal);
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, { "Cache-Control": "private" }).write("private");
    const body = pieces(await leading);
    await body.next();
    const closed = once(responses[0]!, "close");
    client.abort(new Error("gone"));
    await expect(body.next()).rejects.toThrow("gone");
    await closed;
  });

  test.each<[string, Record<string, string>]>([
    ["a user", { authorization: "x" }],
    ["a cookie", { cookie: "a=1" }],
    ["no-store", { "cache-control": "no-store" }],
    ["no-cache", { "cache-control": "no-cache" }],
    ["a condition", { "if-none-match": '"1"' }],
    ["a range", { range: "bytes=0-1" }],
  ])("do not wait with %s", async (_, headers) => {
    const { origin, responses, fetch } = await held();
    const answers = [fetch(), fetch(get(origin.url, headers))];
    await eventually(() => responses.length === 2);
    for (const response of responses) response.writeHead(200, minute).end("content");
    await Promise.all(answers.map(async (answer) => read(await answer)));
  });

  test("do not wait for another variant, once it is known what the response depends on", async () => {
    const { origin, responses, fetch } = await held();
    const asking = (accept: string): Promise<CachedResponse> => fetch(get(origin.url, { accept }));
    const vary = { ...minute, Vary: "Accept" };
    const first = asking("a/a");
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, vary).end("a");
    await read(await first);
    const answers = ["a/b", "a/c", "a/b"].map(asking);
    await eventually(() => responses.length === 3);
    for (const response of responses.slice(1)) response.writeHead(200, vary).end(response.req.headers.accept);
    expect(await Promise.all(answers.map(async (answer) => read(await answer)))).toEqual(["a/b", "a/c", "a/b"]);
  });

  test("take no answer for another variant", async () => {
    const { origin, responses, fetch } = await held();
    const answers = ["a/b", "a/c"].map((accept) => fetch(get(origin.url, { accept })));
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, { ...minute, Vary: "Accept" }).end("b");
    await eventually(() => responses.length === 2);
    responses[1]!.writeHead(200, { ...minute, Vary: "Accept" }).end("c");
    expect(await Promise.all(answers.map(async (answer) => read(await answer)))).toEqual(["b", "c"]);
  });

  test("share one confirmation of what is stale", async () => {
    const clock = { now: epoch };
    const { cache, responses, fetch } = await held({ now: () => clock.now });
    const first = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, { ...minute, ETag: '"1"', Date: new Date(epoch).toUTCString() }).end("content");
    await read(await first);
    clock.now += 61_000;
    const answers = manyGets(fetch);
    await eventually(() => responses.length === 2);
    expect(responses[1]!.req.headers["if-none-match"]).toBe('"1"');
    responses[1]!.writeHead(304, { Date: new Date(clock.now).toUTCString() }).end();
    const results = await Promise.all(answers.map(async (answer) => [(await answer).age, await read(await answer)]));
    expect(new Set(results.map(String))).toEqual(new Set(["0,content"]));
    expect(cache.status()).toMatchObject({ confirmed: 1, collapsed: 19 });
    expect(responses).toHaveLength(2);
  });

  test("ask themselves when more is under way than may be held for them", async () => {
    const { cache, responses, fetch } = await held({ maxInFlight: 10 });
    const leading = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, minute).write("more than ten bytes");
    const body = pieces(await leading);
    await body.next();
    const follower = fetch();
    await eventually(() => responses.length === 2);
    responses[1]!.writeHead(200, minute).end("short");
    expect(await read(await follower)).toBe("short");
    responses[0]!.end();
    expect((await body.next()).done).toBe(true);
    expect(cache.status()).toMatchObject({ held: 0, collapsed: 0 });
  });

  test("hold no more than a body's limit for the slowest when it cannot be stored", async () => {
    const { cache, responses, fetch } = await held({ maxObjectSize: 100_000 });
    const answers = [fetch(), fetch()];
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, minute).end(Buffer.alloc(2_000_000));
    const [slow, fast] = (await Promise.all(answers)).map(pieces);
    let length = 0;
    const reading = (async () => {
      for (let step = await fast!.next(); step.done !== true; step = await fast!.next()) length += step.value.length;
    })();
    await eventually(() => length > 100_000);
    expect(cache.status().held).toBeLessThan(300_000);
    for (let step = await slow!.next(); step.done !== true; step = await slow!.next());
    await reading;
    expect(length).toBe(2_000_000);
    expect(cache.status().held).toBe(0);
  });
});

describe("what is under way when it becomes stale", () => {
  test.each<[string, (cache: HttpCache, url: string) => Promise<unknown>]>([
    ["a purge of its URL", (cache, url) => cache.purge(url)],
    ["a purge of its tag", (cache) => cache.purgeTag("shop")],
    [
      "an unsafe request",
      (cache, url) => cache.fetch({ method: "POST", url, headers: {} }, () => Promise.resolve({ status: 204, headers: [], body: null })),
    ],
  ])("by %s reaches its client and is not stored", async (_, invalidate) => {
    const { cache, origin, responses, fetch } = await held();
    const answering = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, { ...minute, "Cache-Tag": "home, shop" }).write("old ");
    const body = pieces(await answering);
    await body.next();
    await invalidate(cache, origin.url);
    responses[0]!.end("content");
    expect(textOf(await body.next())).toBe("content");
    expect((await body.next()).done).toBe(true);
    expect(cache.status().store.entries).toBe(0);
  });

  test("is not for those who ask afterwards", async () => {
    const { cache, origin, responses, fetch } = await held();
    const before = fetch();
    await eventually(() => responses.length === 1);
    await cache.purge(origin.url);
    const after = fetch();
    await eventually(() => responses.length === 2);
    responses[0]!.writeHead(200, minute).end("old");
    responses[1]!.writeHead(200, minute).end("new");
    expect([await read(await before), await read(await after)]).toEqual(["old", "new"]);
    expect(await read(await fetch())).toBe("new");
  });
});

test("what is under way when some tag is purged is not for those who ask afterwards", async () => {
  const { cache, responses, fetch } = await held();
  const before = fetch();
  await eventually(() => responses.length === 1);
  await cache.purgeTag("any");
  const after = fetch();
  await eventually(() => responses.length === 2);
  for (const [index, response] of responses.entries()) response.writeHead(200, minute).end(`${index}`);
  expect([await read(await before), await read(await after)]).toEqual(["0", "1"]);
});

describe("a purge", () => {
  const tagged = { ...minute, "Cache-Tag": "home, shop", "Surrogate-Key": "news sport" };

  test("of a URL drops what is stored for it", async () => {
    const scene = new Scene({ shared: true }).answers({ headers: minute });
    await scene.ask();
    await scene.cache.purge("http://SITE:80/page#x");
    expect((await scene.ask()).fromCache).toBe(false);
    expect((await scene.ask()).fromCache).toBe(true);
  });

  test.each(["home", "shop", "news", "sport"])("of the tag %s drops what bears it, and lets in what comes later", async (tag) => {
    const scene = new Scene({ shared: true }).answers({ headers: tagged });
    await scene.ask();
    await scene.cache.purgeTag(tag);
    expect((await scene.ask()).fromCache).toBe(false);
    expect((await scene.ask()).fromCache).toBe(true);
  });

  test("of another tag drops nothing", async () => {
    const scene = new Scene({ shared: true }).answers({ headers: tagged });
    await scene.ask();
    await scene.cache.purgeTag("hom");
    expect((await scene.ask()).fromCache).toBe(true);
  });

  test("of what is no URL says so", async () => {
    await expect(new HttpCache({ shared: true }).purge("/page")).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_OPTION" });
  });
});

describe("confirmations in the background", () => {
  const lenient = { "Cache-Control": "max-age=0, stale-while-revalidate=60" };

  test("are as many at a time as allowed, and one for each response", async () => {
    const { cache, origin, responses, fetch } = await held({ maxBackground: 2 });
    const urls = Array.from({ length: 4 }, (_, index) => `${origin.url}${index}`);
    for (const url of urls) {
      const answering = fetch(get(url));
      await eventually(() => responses.length === 1);
      responses.pop()!.writeHead(200, lenient).end("content");
      await read(await answering);
    }
    for (const url of [...urls, ...urls]) expect((await fetch(get(url))).fromCache).toBe(true);
    expect(cache.status().background).toBe(2);
    await eventually(() => responses.length === 2);
    for (const response of responses) response.writeHead(200, minute).end("newer");
    await eventually(() => cache.status().background === 0);
    expect(await Promise.all(urls.map(async (url) => read(await fetch(get(url)))))).toEqual(["newer", "newer", "content", "content"]);
    await cache.close();
  });

  test("end after their time", async () => {
    const { cache, responses, fetch } = await held({ backgroundTimeout: 20 });
    const answering = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, lenient).end("content");
    await read(await answering);
    await fetch();
    await eventually(() => responses.length === 2);
    await once(responses[1]!, "close");
    await eventually(() => cache.status().background === 0);
    expect((await fetch()).fromCache).toBe(true);
    await cache.close();
  });

  test("end when the cache closes", async () => {
    const { cache, responses, fetch } = await held();
    const answering = fetch();
    await eventually(() => responses.length === 1);
    responses[0]!.writeHead(200, lenient).end("content");
    await read(await answering);
    await fetch();
    await eventually(() => responses.length === 2);
    const closed = once(responses[1]!, "close");
    await cache.close();
    await closed;
    expect(cache.status().background).toBe(0);
  });

  test("ask for the whole, whatever part the client asked for", async () => {
    const scene = new Scene({ shared: true }).answers({ headers: lenient });
    await scene.ask();
    await scene.wait(1).ask({ headers: { range: "bytes=0-1", "if-range": '"1"', "if-none-match": '"2"', accept: "a/b" } });
    await eventually(() => scene.asked.length === 2);
    expect(scene.asked[1]).toEqual({ method: "GET", url: "http://site/page", headers: { accept: "a/b" } });
  });
});

describe("a cache", () => {
  test("that is closed lets requests pass by", async () => {
    const scene = new Scene({ shared: true }).answers({ headers: minute });
    await scene.ask();
    await scene.cache.close();
    await scene.cache.close();
    expect(await scene.ask()).toMatchObject({ lookup: "PASSED", cacheStatus: "skitai; fwd=bypass" });
  });

  test("answers from memory and from disk by their names", async () => {
    const directory = temporaryDirectory();
    const ask = async (store: CacheStore): Promise<string> => {
      await using cache = new HttpCache({ shared: true, store });
      const origin = (): Promise<OriginResponse> =>
        Promise.resolve({ status: 200, headers: ["Cache-Control", "max-age=60"], body: Buffer.from("x") });
      const { lookup } = await cache.fetch(get("http://site/"), origin);
      return lookup;
    };
    const memory = new MemoryStore();
    expect(await ask(new TieredStore({ memory, disk: new DiskStore(directory) }))).toBe("MISS");
    expect(await ask(new TieredStore({ memory, disk: new DiskStore(directory) }))).toBe("MEM_HIT");
    expect(await ask(new DiskStore(directory))).toBe("HIT");
  });

  test("fetches what its store has lost", async () => {
    const directory = temporaryDirectory();
    const scene = new Scene({ shared: true, store: new DiskStore(directory) }).answers({ headers: minute, body: "x".repeat(100_000) });
    await scene.ask();
    await eventually(() => scene.cache.status().store.entries === 1);
    const { readdirSync, truncateSync } = await import("node:fs");
    const file = readdirSync(directory, { recursive: true, withFileTypes: true }).find((entry) => entry.isFile())!;
    truncateSync(`${file.parentPath}/${file.name}`, 90_000);
    expect(await scene.ask()).toMatchObject({ fromCache: false, body: "x".repeat(100_000) });
    await scene.cache.close();
  });

  test("does not ask for a signal that was aborted before", async () => {
    const scene = new Scene({ shared: true }).answers({});
    await expect(scene.ask({ signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow("gone");
    expect(scene.asked).toEqual([]);
  });

  test.each(["", "/page", "site/page", "http://", "mailto:a@b"])("does not take %j for a URL", async (url) => {
    await expect(new Scene({ shared: true }).answers({}).ask({ url })).rejects.toMatchObject({ code: "SKITAI_REACTOR_BAD_OPTION" });
  });

  test("keeps the caller's request as it is", async () => {
    const scene = new Scene({ shared: true }).answers({ headers: { ETag: '"1"' } }, { status: 304 });
    const headers = Object.freeze({ "if-none-match": '"0"' });
    await scene.ask();
    expect((await scene.ask({ headers })).fromCache).toBe(true);
  });

  test("gives each client headers of its own", async () => {
    const cache = new HttpCache({ shared: true });
    const origin = (): Promise<OriginResponse> => Promise.resolve({ status: 200, headers: ["Cache-Control", "max-age=60"], body: null });
    await cache.fetch(get("http://site/"), origin);
    const answer = await cache.fetch(get("http://site/"), origin);
    (answer.headers as string[]).push("X-Mine", "1");
    expect((await cache.fetch(get("http://site/"), origin)).headers).not.toContain("X-Mine");
  });

  test.each<[object, string]>([
    [{}, "SKITAI_REACTOR_BAD_OPTION"],
    [{ shared: "yes" }, "SKITAI_REACTOR_BAD_OPTION"],
    [{ shared: true, maxBackground: -1 }, "SKITAI_REACTOR_BAD_OPTION"],
    [{ shared: true, name: "my cache" }, "SKITAI_REACTOR_BAD_OPTION"],
    [{ shared: true, maxObjectSize: "big" }, "SKITAI_REACTOR_BAD_SIZE"],
    [{ shared: true, maxHeuristic: "long" }, "SKITAI_REACTOR_BAD_DURATION"],
    [{ shared: true, maxObjctSize: 5 }, "SKITAI_REACTOR_BAD_OPTION"],
  ])("refuses the options %j", (options, code) => {
    expect(() => new HttpCache(options as HttpCacheOptions)).toThrow(expect.objectContaining({ code }));
  });
});
