import { availableParallelism, freemem, loadavg, uptime } from "node:os";
import express, { type Express } from "express";
import { was } from "skitai";
import { markup } from "./markup.ts";
import { facts, page } from "./page.ts";
import { mayChange } from "./same-origin.ts";

/** What `GET /express/machine` tells of the machine that this runs on. */
export interface Machine {
  readonly node: string;
  readonly processors: number;
  /** The load of the last minute. */
  readonly load: number;
  /** Bytes of memory. */
  readonly free: number;
  /** Seconds since it was started. */
  readonly up: number;
}

/** An Express 5 app as anybody would write it; that it is mounted at `/express` it learns from `req.baseUrl`. */
export const app: Express = express();
app.disable("x-powered-by");

app.use((req, res, next) => {
  const site = `${was.scheme}://${was.host}`;
  if (mayChange({ method: req.method, origin: req.get("origin"), fetchSite: req.get("sec-fetch-site"), site })) next();
  else res.status(403).type("text").send("Only pages of this site may change something here.\n");
});

// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 takes care of what it rejects with
app.get("/", async (req, res) => {
  const name = typeof req.query["name"] === "string" ? req.query["name"].slice(0, 60) : "";
  const seen = facts("What Express sees", {
    "req.baseUrl": req.baseUrl,
    "req.url": req.url,
    "req.originalUrl": req.originalUrl,
    "was.txnid()": was.txnid(),
    "was.links.count()": await was.links.count(),
  });
  const form = markup`
    <form class="card form sheet" method="post" action="${req.baseUrl}/greet">
      <div class="field"><label for="name">Your name</label><input id="name" name="name" maxlength="60" required value="${name}"></div>
      <div><button class="button" type="submit">Greet me</button></div>
    </form>`;
  res.send(page(name === "" ? "An Express app" : `Hello, ${name}!`, markup`${seen}${form}`));
});

// For programs: the board's overview asks for it.
app.get("/machine", (_req, res) => {
  const machine: Machine = {
    node: process.version,
    processors: availableParallelism(),
    load: loadavg()[0]!,
    free: freemem(),
    up: uptime(),
  };
  res.json(machine);
});

app.post("/greet", express.urlencoded({ extended: false, limit: "4kb" }), (req, res) => {
  const fields = req.body as Record<string, unknown> | undefined;
  const name = typeof fields?.["name"] === "string" ? fields["name"].trim() : "";
  if (name === "") res.status(400).type("text").send("The field name is missing.\n");
  else res.redirect(303, `${req.baseUrl}/?name=${encodeURIComponent(name)}`);
});
