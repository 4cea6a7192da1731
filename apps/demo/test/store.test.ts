import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, DB_PGSQL, DB_SQLITE3, type Client } from "skitai";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeWith } from "@skitai-internal/services/vitest";
import { seeds } from "../seeds.ts";
import { LinkStore } from "../store.ts";
import { memberOf } from "./support/demo.ts";

const voter = "127.0.0.1";
const link = { url: "https://example.com/100%_sure", title: "A \\ sign", note: "100% sure" };

/** What a store does, whatever its database. @param connect gives a further client of the same database. */
const cases = (connect: () => Client): void => {
  let clients: Client[] = [];
  let store: LinkStore;

  const opened = (): LinkStore => {
    const client = connect();
    clients.push(client);
    return new LinkStore(() => client.backend("@links"));
  };
  const titles = async (words: string): Promise<string[]> =>
    (await store.list({ voter, words, page: 1, size: 50 })).links.map(({ title }) => title);

  beforeEach(async () => {
    store = opened();
    await store.prepare();
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });

  test("a new board has a few links, newest first, and a second start adds none", async () => {
    const again = opened();
    await again.prepare();
    const { links, total } = await again.list({ voter, page: 1, size: 50 });
    expect(total).toBe(seeds.length);
    expect(links.map(({ title }) => title)).toEqual(seeds.map(({ title }) => title).toReversed());
  });

  test("what one process adds another sees", async () => {
    const other = opened();
    const { id } = await store.add(link);
    expect(await other.get(id, voter)).toMatchObject({ id, ...link, votes: 0, voted: false });
  });

  test("an address is there once, however often it is added, and by however many at once", async () => {
    const stores = [store, opened(), opened()];
    const added = await Promise.all(stores.map((each) => each.add(link)));
    expect(new Set(added.map(({ id }) => id)).size).toBe(1);
    expect(added.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await opened().count()).toBe(seeds.length + 1);
  });

  test("links that are added at once all get a number of their own", async () => {
    const stores = [store, opened(), opened()];
    const urls = Array.from({ length: 12 }, (_, n) => `https://example.com/${n}`);
    const added = await Promise.all(urls.map((url, n) => stores[n % 3]!.add({ ...link, url })));
    expect(new Set(added.map(({ id }) => id)).size).toBe(12);
  });

  test("a vote counts once for each visitor, and a second one takes it back", async () => {
    const { id } = await store.add(link);
    await store.vote(id, voter);
    await store.vote(id, "10.0.0.1");
    expect(await opened().get(id, voter)).toMatchObject({ votes: 2, voted: true });
    await store.vote(id, voter);
    expect(await opened().get(id, voter)).toMatchObject({ votes: 1, voted: false });
    expect(await store.vote(9999, voter)).toBe(false);
  });

  test("the top list begins with the most votes", async () => {
    const { id } = await store.add(link);
    const newer = await store.add({ ...link, url: "https://example.com/newer" });
    await store.vote(id, voter);
    const { links } = await store.list({ voter, order: "top", page: 1, size: 2 });
    expect(links.map((each) => each.id)).toEqual([id, newer.id]);
  });

  test("a search needs all of its words, in any field, and takes no sign for a wildcard", async () => {
    await store.add(link);
    expect(await titles("100%")).toEqual([link.title]);
    expect(await titles("\\ sure EXAMPLE.com")).toEqual([link.title]);
    expect(await titles("_sure")).toEqual([link.title]);
    expect(await titles("1_0")).toEqual([]);
    expect(await titles("sure nowhere")).toEqual([]);
  });

  test("each link is in one of the three thirds", async () => {
    const thirds = await Promise.all([0, 1, 2].map((third) => store.list({ voter, third, page: 1, size: 50 })));
    const ids = thirds.flatMap(({ links }) => links.map(({ id }) => id));
    expect(ids.toSorted((a, b) => a - b)).toEqual(seeds.map((_, at) => at + 1));
    expect(thirds.map(({ total }) => total)).toEqual(thirds.map(({ links }) => links.length));
  });

  test("pages follow each other without gaps", async () => {
    const page = async (number: number, size = 3): Promise<number[]> =>
      (await store.list({ voter, page: number, size })).links.map(({ id }) => id);
    expect([...(await page(1)), ...(await page(2)), ...(await page(3))]).toEqual(await page(1, 50));
    expect(await page(4)).toEqual([]);
  });

  test("days are counted, the newest first", async () => {
    await store.add(link);
    const [newest, ...older] = await store.days(7);
    expect(newest?.day).toBe(Math.floor(Date.now() / 86_400_000) * 86_400_000);
    expect(older.reduce((sum, { total }) => sum + total, newest!.total)).toBe(seeds.length + 1);
  });
};

describe("with SQLite", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "skitai-links-"));
    return () => rm(folder, { recursive: true });
  });
  cases(() => createClient({ aliases: { links: [DB_SQLITE3, join(folder, "links.db")] } }));
});

describeWith("postgres", (pg) => {
  const connect = (): Client => createClient({ aliases: { links: [DB_PGSQL, memberOf(pg)] } });
  beforeEach(async () => {
    await using client = connect();
    await client.backend("@links").do("DROP TABLE IF EXISTS votes, links").wait();
  });
  cases(connect);

  test("workers that start at once on an empty database all begin, and fill it once", async () => {
    const clients = Array.from({ length: 6 }, connect);
    const stores = clients.map((client) => new LinkStore(() => client.backend("@links")));
    await clients[0]!.backend("@links").do("DROP TABLE votes, links").wait();
    // Their connections are open, so that they come at the same moment.
    await Promise.all(clients.map((client) => client.backend("@links").do("SELECT 1").wait()));
    await Promise.all(stores.map((store) => store.prepare()));
    expect(await stores[0]!.count()).toBe(seeds.length);
    await Promise.all(clients.map((client) => client.close()));
  });
});
