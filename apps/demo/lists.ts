import type { Saddle, SaddleWas } from "skitai";
import { find } from "./find.ts";
import type { LinkPage } from "./store.ts";

const pageSize = 20;
const mostPages = 10_000;
/** The last page of a search: whoever wants more of them has better words. */
const mostSearched = 50;
const longestSearch = 100;

/** A page number as people leave it in a URL; pages are lenient with it, the API is not. */
const pageOf = (value: unknown): number => Math.min(mostPages, Math.max(1, Math.trunc(Number(value)) || 1));

interface ListView extends LinkPage {
  readonly heading: string;
  readonly nothing: string;
  readonly page: number;
  /** The entry of the menu that is lit. */
  readonly here?: string;
  readonly words?: string;
  /** What the reader should know of this page. */
  readonly remark?: string;
}

const listPage = (was: SaddleWas, view: ListView): string => {
  const { words = "", total } = view;
  const pages = Math.min(words === "" ? mostPages : mostSearched, Math.ceil(total / pageSize));
  const href = words === "" ? "?page=" : `?q=${encodeURIComponent(words)}&page=`;
  return was.render("list.html", { ...view, pages, href });
};

const nothing = "No links yet. Yours could be the first.";

/** The pages that list links: the newest, the top, and what a search finds. */
export const addLists = (app: Saddle): void => {
  app.route("/", { name: "newest", methods: ["GET"] }, async (was) => {
    const page = pageOf(was.request.args.page);
    const found = await was.links.list({ voter: was.remoteAddress, page, size: pageSize });
    return listPage(was, { ...found, page, heading: "New links", here: "new", nothing });
  });

  app.route("/top", { name: "top", methods: ["GET"] }, async (was) => {
    const page = pageOf(was.request.args.page);
    const found = await was.links.list({ voter: was.remoteAddress, order: "top", page, size: pageSize });
    return listPage(was, { ...found, page, heading: "Top links", here: "top", nothing });
  });

  app.route("/search", { name: "search", methods: ["GET"] }, async (was, { q }) => {
    const words = typeof q === "string" ? q.trim().slice(0, longestSearch) : "";
    if (words === "") return was.redirect(was.ab("newest"), 303);
    const page = Math.min(mostSearched, pageOf(was.request.args.page));
    const { missing, ...found } = await find(was, { voter: was.remoteAddress, words, page, size: pageSize });
    return listPage(was, {
      ...found,
      page,
      words,
      heading: `Links about “${words}”`,
      nothing: "No link has all of these words.",
      ...(missing > 0 && { remark: `${missing} of 3 search services did not answer: there may be more.` }),
    });
  });
};
