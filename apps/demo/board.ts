import { HttpError, Saddle } from "skitai";
import { addApi } from "./api.ts";
import { addLists } from "./lists.ts";
import { addOverview } from "./overview.ts";
import { ago, counted, hostOf, isoTime, rows } from "./presentation.ts";
import { mayChange } from "./same-origin.ts";
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

app.mounted(async (was) => {
  // Rows that were read before the last change, in whichever worker, are read anew.
  const links = new LinkStore(() => was.backend("@links", { timeout: "5s", useCache: was.getlu("links") }));
  await links.prepare();
  was.wac.register("links", links);
});

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

addLists(app);
addOverview(app);
addApi(app);

app.route("/links/<int:id>", { name: "link", methods: ["GET"] }, async (was, { id }) => {
  const link = await was.links.get(id, was.remoteAddress);
  if (!link) throw new HttpError(404, `There is no link ${id}.`);
  return was.render("link.html", { link });
});

// A second vote takes the first one back. A visitor is an address, until there are sessions.
app.route("/links/<int:id>/vote", { name: "vote", methods: ["POST"] }, async (was, { id }) => {
  if (!(await was.links.vote(id, was.remoteAddress))) throw new HttpError(404, `There is no link ${id}.`);
  // The answer waits until both workers know.
  void was.setlu("links");
  if (was.req.headers.accept !== "application/json") return was.redirect(was.ab("link", id), 303);
  const link = await was.links.get(id, was.remoteAddress);
  return { votes: link?.votes, voted: link?.voted };
});

const emptyForm: { submission: Submission; problems: Problems } = { submission: { url: "", title: "", note: "" }, problems: {} };

app.route("/submit", { name: "submit", methods: ["GET"] }, (was) => was.render("submit.html", { ...emptyForm, longest }));

app.route("/submit", { name: "add", methods: ["POST"], contentTypes: ["application/x-www-form-urlencoded"] }, async (was, args) => {
  const { submission, problems } = checkSubmission(args);
  if (Object.keys(problems).length > 0) return was.response(422, was.render("submit.html", { submission, problems, longest }));
  const { id } = await was.links.add(submission);
  void was.setlu("links");
  return was.redirect(was.ab("link", id), 303);
});

app.route("/about", { name: "about", methods: ["GET"] }, (was) => {
  const parts = [
    { name: "The board", href: was.ab("newest"), about: "A Saddle app: routes, templates, a form" },
    {
      name: "Overview",
      href: was.ab("overview"),
      about: "Made of four calls that are under way at once, to a database and to a web service",
    },
    { name: "Search", href: `${was.ab("search")}?q=http`, about: "Asks three services at once, of which each knows a third of the links" },
    { name: "Check-up", href: was.ab("checkup"), about: "Asks every part of this site, and shows each answer when it comes" },
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
