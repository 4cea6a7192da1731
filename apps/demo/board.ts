import { join } from "node:path";
import { HttpError, Saddle, type SaddleWas } from "skitai";
import { addApi } from "./api.ts";
import { ago, counted, hostOf, isoTime, rows } from "./presentation.ts";
import { mayChange } from "./same-origin.ts";
import { settings } from "./settings.ts";
import { LinkStore } from "./store.ts";
import { checkSubmission, longest, type Problems, type Submission } from "./submission.ts";

declare module "skitai" {
  interface WasServices {
    /** The links of the board; every app of this site has it. */
    readonly links: LinkStore;
  }
}

/** The link board: its pages, its API, and how it greets what goes wrong. */
export const app: Saddle = new Saddle(import.meta);
app.config.maxPostBodySize = "16kb";

const store = new LinkStore(join(settings.dataPath, "links.db"));
app.beforeMount((wac) => {
  store.open();
  wac.register("links", store);
});
app.umounted(() => store.close());

app.templateFilter("ago", (moment: number) => ago(moment));
app.templateFilter("iso", isoTime);
app.templateFilter("host", hostOf);
app.templateFilter("counted", counted);
app.templateGlobal("process", () => process.pid);

// Nothing on these pages comes from another site, so script that somebody smuggles in has nowhere to come from.
const precautions = {
  "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
};

app.beforeRequest((was) => {
  was.response.setHeaders(precautions);
  const { origin, "sec-fetch-site": fetchSite } = was.req.headers;
  const sender = { method: was.req.method ?? "", origin, fetchSite: fetchSite?.toString(), site: `${was.scheme}://${was.host}` };
  return mayChange(sender) ? undefined : was.response(403);
});

const pageSize = 20;
const mostPages = 10_000;
const longestSearch = 100;

/** A page number as people leave it in a URL; pages are lenient with it, the API is not. */
const pageOf = (value: unknown): number => Math.min(mostPages, Math.max(1, Math.trunc(Number(value)) || 1));

interface ListView {
  readonly heading: string;
  readonly nothing: string;
  /** The entry of the menu that is lit. */
  readonly here?: string;
  readonly order?: "new" | "top";
  readonly words?: string;
}

const listPage = (was: SaddleWas, { heading, nothing, here, order = "new", words = "" }: ListView): string => {
  const page = pageOf(was.request.args.page);
  const { links, total } = was.links.list({ voter: was.remoteAddress, order, words, page, size: pageSize });
  const href = words === "" ? "?page=" : `?q=${encodeURIComponent(words)}&page=`;
  return was.render("list.html", { heading, nothing, here, words, links, total, page, pages: Math.ceil(total / pageSize), href });
};

const nothing = "No links yet. Yours could be the first.";

app.route("/", { name: "newest", methods: ["GET"] }, (was) => listPage(was, { heading: "New links", here: "new", nothing }));

app.route("/top", { name: "top", methods: ["GET"] }, (was) => listPage(was, { heading: "Top links", here: "top", order: "top", nothing }));

app.route("/search", { name: "search", methods: ["GET"] }, (was, { q }) => {
  const words = typeof q === "string" ? q.trim().slice(0, longestSearch) : "";
  if (words === "") return was.redirect(was.ab("newest"), 303);
  return listPage(was, { heading: `Links about “${words}”`, words, nothing: "No link has all of these words." });
});

app.route("/links/<int:id>", { name: "link", methods: ["GET"] }, (was, { id }) => {
  const link = was.links.get(id, was.remoteAddress);
  if (!link) throw new HttpError(404, `There is no link ${id}.`);
  return was.render("link.html", { link });
});

// A second vote takes the first one back. A visitor is an address, until there are sessions.
app.route("/links/<int:id>/vote", { name: "vote", methods: ["POST"] }, (was, { id }) => {
  if (!was.links.vote(id, was.remoteAddress)) throw new HttpError(404, `There is no link ${id}.`);
  if (was.req.headers.accept !== "application/json") return was.redirect(was.ab("link", id), 303);
  const link = was.links.get(id, was.remoteAddress);
  return { votes: link?.votes, voted: link?.voted };
});

const emptyForm: { submission: Submission; problems: Problems } = { submission: { url: "", title: "", note: "" }, problems: {} };

app.route("/submit", { name: "submit", methods: ["GET"] }, (was) => was.render("submit.html", { ...emptyForm, longest }));

app.route("/submit", { name: "add", methods: ["POST"], contentTypes: ["application/x-www-form-urlencoded"] }, (was, args) => {
  const { submission, problems } = checkSubmission(args);
  if (Object.keys(problems).length > 0) return was.response(422, was.render("submit.html", { submission, problems, longest }));
  return was.redirect(was.ab("link", was.links.add(submission).id), 303);
});

app.route("/about", { name: "about", methods: ["GET"] }, (was) => {
  const parts = [
    { name: "The board", href: was.ab("newest"), about: "A Saddle app: routes, templates, a form" },
    { name: "Its API", href: was.ab("apiList"), about: "The same links as JSON; arguments are declared and checked" },
    { name: "An Express app", href: "/express/", about: "Express 5, unchanged, below its own mount point" },
    { name: "A Hono app", href: "/hono/", about: "Hono, with the feed of this board" },
    { name: "Status", href: was.ab("status"), about: "What the worker that answers knows about itself" },
    { name: "A missing page", href: "/nothing-here", about: "The error page for 404" },
    { name: "A broken page", href: was.ab("broken"), about: "Its handler throws: the error page for 500, and a traceback in the log" },
  ];
  return was.render("about.html", { here: "about", parts });
});

// Open to everybody: the report has no secrets in it, and this service listens on the loopback address alone.
app.route("/status", { name: "status", methods: ["GET"] }, (was) => {
  const report = Object.entries(was.status(undefined, false));
  return was.render("status.html", { sections: report.map(([name, value]) => ({ name, rows: rows(value) })) });
});

app.route("/broken", { name: "broken", methods: ["GET"] }, () => {
  throw new Error("This page is broken on purpose.");
});

addApi(app);

const headings: Readonly<Record<number, readonly [heading: string, advice: string]>> = {
  400: ["That did not make sense", "The request could not be understood."],
  403: ["That came from somewhere else", "Only pages of this site may change something here. Open the form again and send it from there."],
  404: ["There is nothing here", "The link may have moved, or it never was. The newest ones are on the first page."],
  405: ["That is not possible here", "This page does not do that."],
  413: ["That was too much", "What was sent is larger than anything this site takes."],
  500: ["Something broke", "It was written into the log, and will be looked at. Please try again later."],
};

app.defaultErrorHandler((was, error) => {
  was.response.setHeaders(precautions);
  // A program gets JSON from the API also when it did not ask for any.
  if (was.path.startsWith("/api/")) return { code: error.code, message: error.detail || error.message };
  const [heading, advice] = headings[error.code] ?? [error.message, "Please go back and try again."];
  return was.render("error.html", { error, heading, advice: error.detail || advice });
});
