import type { Submission } from "./submission.ts";

/** What the board shows when it starts for the first time, oldest first. */
export const seeds: readonly Submission[] = [
  {
    url: "https://expressjs.com/",
    title: "Express: a minimalist web framework",
    note: "An Express app runs at /express of this very site, beside the board and in the same process.",
  },
  {
    url: "https://hono.dev/",
    title: "Hono: a web framework on web standards",
    note: "The board's feed at /hono/feed.xml is made by a Hono app.",
  },
  {
    url: "https://mozilla.github.io/nunjucks/templating.html",
    title: "Nunjucks templates",
    note: "Inheritance, macros and autoescaping: what every page of this board is made of.",
  },
  {
    url: "https://www.sqlite.org/wal.html",
    title: "Write-ahead logging in SQLite",
    note: "How two workers read and write one database file at once.",
  },
  {
    url: "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Caching",
    title: "HTTP caching",
    note: "ETag, Last-Modified, max-age, and when a browser asks again.",
  },
  {
    url: "https://www.rfc-editor.org/rfc/rfc9113",
    title: "RFC 9113: HTTP/2",
    note: "This site speaks it on the same port: try curl --http2-prior-knowledge.",
  },
  { url: "https://nodejs.org/api/cluster.html", title: "Node.js: cluster", note: "" },
  {
    url: "https://github.com/",
    title: "Share something worth reading",
    note: "Press Submit in the corner. Everything you add stays in a database on your own machine.",
  },
];
