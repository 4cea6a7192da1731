import { HttpError, type Saddle } from "skitai";
import { isoTime } from "./presentation.ts";
import type { Link } from "./store.ts";
import { checkSubmission } from "./submission.ts";

const largestPage = 100;

/** A link as programs get it. */
const published = ({ id, url, title, note, votes, created }: Link, href: string): object => ({
  id,
  url,
  title,
  note,
  votes,
  created: isoTime(created),
  href,
});

/** `/api/links`: the board for programs. What a route declares with `params` is checked before its handler runs. */
export const addApi = (app: Saddle): void => {
  app.route(
    "/api/links",
    { name: "apiList", methods: ["GET"], params: { q: "", order: "new", page: "int?", size: "int?" } },
    async (was, args) => {
      const { q, order, page = 1, size = 20 } = args;
      if (order !== "new" && order !== "top") throw new HttpError(400, 'The argument order must be "new" or "top".');
      if (page < 1 || size < 1 || size > largestPage) throw new HttpError(400, `Pages begin at 1, and have 1 to ${largestPage} links.`);
      const { links, total } = await was.links.list({ voter: was.remoteAddress, words: q, order, page, size });
      return { total, page, size, links: links.map((link) => published(link, was.ab("apiLink", link.id))) };
    },
  );

  app.route("/api/links/<int:id>", { name: "apiLink", methods: ["GET"] }, async (was, { id }) => {
    const link = await was.links.get(id, was.remoteAddress);
    return link ? published(link, was.ab("apiLink", id)) : was.response(404, { code: 404, message: `There is no link ${id}.` });
  });

  const added = { url: "string", title: "string", note: "" } as const;

  app.route("/api/links", { name: "apiAdd", methods: ["POST"], contentTypes: ["application/json"], params: added }, async (was, args) => {
    const { submission, problems } = checkSubmission(args);
    if (Object.keys(problems).length > 0) return was.response(400, { code: 400, message: "This link cannot be added.", problems });
    const { id, isNew } = await was.links.add(submission);
    void was.setlu("links");
    const link = await was.links.get(id, was.remoteAddress);
    const href = was.ab("apiLink", id);
    return was.response(isNew ? 201 : 200, link && published(link, href), { Location: href });
  });
};
