import { Hono } from "hono";
import { was } from "skitai";
import { Markup, markup } from "./markup.ts";
import { facts, page } from "./page.ts";
import { isoTime } from "./presentation.ts";

/** A Hono app: it knows nothing of Node, only of Fetch requests and responses. */
export const app: Hono = new Hono();

app.get("/", (c) => {
  const seen = facts("What Hono sees", { "c.req.path": c.req.path, "was.baseUrl": was.baseUrl, "was.txnid()": was.txnid() });
  const offers = markup`
    <section class="card sheet">
      <h2>What it is good for</h2>
      <p>The <a href="${was.baseUrl}/feed.xml">feed of the newest links</a>, and <code>POST ${was.baseUrl}/echo</code>, which sends JSON back.</p>
    </section>`;
  return c.html(page("A Hono app", markup`${seen}${offers}`));
});

app.post("/echo", async (c) => {
  try {
    return c.json({ received: await c.req.json<unknown>() });
  } catch {
    return c.json({ message: "The body is not JSON." }, 400);
  }
});

const feedSize = 30;
const declaration = new Markup('<?xml version="1.0" encoding="utf-8"?>');

// Atom (RFC 4287).
app.get("/feed.xml", async (c) => {
  const site = `${was.scheme}://${was.host}`;
  const { links } = await was.links.list({ voter: was.remoteAddress, page: 1, size: feedSize });
  const entries = links.map(
    ({ id, url, title, note, created }) => markup`
  <entry>
    <id>${site}/links/${id}</id>
    <title>${title}</title>
    <link rel="alternate" href="${url}"/>
    <updated>${isoTime(created)}</updated>
    <summary>${note}</summary>
  </entry>`,
  );
  const feed = markup`${declaration}
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${site}/</id>
  <title>Skitai links</title>
  <link rel="self" href="${site}${was.baseUrl}/feed.xml"/>
  <author><name>The readers of Skitai links</name></author>
  <updated>${isoTime(links[0]?.created ?? 0)}</updated>${entries}
</feed>
`;
  return c.body(String(feed), 200, { "content-type": "application/atom+xml; charset=utf-8" });
});
