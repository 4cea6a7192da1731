import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seeds } from "../seeds.ts";
import { LinkStore } from "../store.ts";

let folder: string;
let store: LinkStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "skitai-links-"));
  store = new LinkStore(join(folder, "data", "links.db"));
  store.open();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const voter = "127.0.0.1";
const link = { url: "https://example.com/100%_sure", title: "A \\ sign", note: "100% sure" };
const titles = (words: string): string[] => store.list({ voter, words, page: 1, size: 50 }).links.map(({ title }) => title);

test("a new board has a few links, newest first, and a second start adds none", () => {
  const again = new LinkStore(join(folder, "data", "links.db"));
  again.open();
  const { links, total } = again.list({ voter, page: 1, size: 50 });
  again.close();
  expect(total).toBe(seeds.length);
  expect(links.map(({ title }) => title)).toEqual(seeds.map(({ title }) => title).toReversed());
});

test("what one process adds another sees", () => {
  const other = new LinkStore(join(folder, "data", "links.db"));
  other.open();
  const { id } = store.add(link);
  expect(other.get(id, voter)).toMatchObject({ id, ...link, votes: 0, voted: false });
  other.close();
});

test("an address is there once, however often it is added", () => {
  const { id } = store.add(link);
  expect(store.add({ ...link, title: "Another title" })).toEqual({ id, isNew: false });
  expect(store.count()).toBe(seeds.length + 1);
});

test("a vote counts once for each visitor, and a second one takes it back", () => {
  const { id } = store.add(link);
  store.vote(id, voter);
  store.vote(id, "10.0.0.1");
  expect(store.get(id, voter)).toMatchObject({ votes: 2, voted: true });
  store.vote(id, voter);
  expect(store.get(id, voter)).toMatchObject({ votes: 1, voted: false });
  expect(store.vote(9999, voter)).toBe(false);
});

test("the top list begins with the most votes", () => {
  const { id } = store.add(link);
  const newer = store.add({ ...link, url: "https://example.com/newer" });
  store.vote(id, voter);
  const { links } = store.list({ voter, order: "top", page: 1, size: 2 });
  expect(links.map((each) => each.id)).toEqual([id, newer.id]);
});

test("a search needs all of its words, in any field, and takes no sign for a wildcard", () => {
  store.add(link);
  expect(titles("100%")).toEqual([link.title]);
  expect(titles("\\ sure EXAMPLE.com")).toEqual([link.title]);
  expect(titles("_sure")).toEqual([link.title]);
  expect(titles("1_0")).toEqual([]);
  expect(titles("sure nowhere")).toEqual([]);
});

test("pages follow each other without gaps", () => {
  const page = (number: number): number[] => store.list({ voter, page: number, size: 3 }).links.map(({ id }) => id);
  const all = store.list({ voter, page: 1, size: 50 }).links.map(({ id }) => id);
  expect([...page(1), ...page(2), ...page(3)]).toEqual(all);
  expect(page(4)).toEqual([]);
});
