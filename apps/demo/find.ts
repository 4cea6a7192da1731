import type { SaddleWas } from "skitai";
import { newestFirst, type LinkPage, type LinkQuery } from "./store.ts";

/** A page of what was found, and how many of the search services had no part in it. */
export interface Found extends LinkPage {
  readonly missing: number;
}

const nothing: LinkPage = { links: [], total: 0 };

/** Asks all search services at once, each of which knows a third of the links, and makes one page of what they find. */
export const find = async (was: SaddleWas, { voter, words = "", page, size }: LinkQuery): Promise<Found> => {
  // Map: a request to each.
  const asked = was.getJson.map<LinkPage>(
    "@search/find",
    // The whole page may be in one third.
    { q: words, voter, most: page * size },
    {
      timeout: "2s",
      useCache: was.getlu("links"),
      // Each answer comes by here while others are awaited. Where there is none, the page does without.
      filter: (rs) => {
        if (!rs.ok) rs.data = nothing;
      },
    },
  );
  const results = await asked;
  const missing = [...results].filter((rs) => !rs.ok).length;
  if (missing === 0) results.cache(60);
  // Reduce: one list of three.
  const links = results.data.flatMap((part) => part.links).toSorted(newestFirst);
  return {
    links: links.slice((page - 1) * size, page * size),
    total: results.data.reduce((sum, part) => sum + part.total, 0),
    missing,
  };
};
