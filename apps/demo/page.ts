import { markup, type Markup } from "./markup.ts";

/** A page in the looks of the board, for the apps beside it that have no templates. */
export const page = (title: string, main: Markup): string =>
  String(markup`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · Skitai links</title>
  <link rel="icon" href="/images/favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/css/board.css">
</head>
<body>
  <header class="bar">
    <div class="bar-inner">
      <a class="brand" href="/"><img src="/images/logo.svg" alt="" width="30" height="30"><span>Skitai <em>links</em></span></a>
      <nav aria-label="Board"><a href="/">New</a><a href="/top">Top</a><a href="/about">About</a></nav>
    </div>
  </header>
  <main>
    <div class="heading"><h1>${title}</h1></div>
    ${main}
  </main>
</body>
</html>
`);

/** A card with a table of names and values. */
export const facts = (title: string, entries: Readonly<Record<string, unknown>>): Markup => markup`
    <section class="card sheet">
      <h2>${title}</h2>
      <table>
        ${Object.entries(entries).map(([name, value]) => markup`<tr><th scope="row"><code>${name}</code></th><td>${value}</td></tr>`)}
      </table>
    </section>`;
