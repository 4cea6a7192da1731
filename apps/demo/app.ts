// The whole service: what is mounted where, whom it asks, and how it runs. `npx --yes pnpm@12 start` in the repository's root starts it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import skitai, { PROTO_HTTP } from "skitai";
import { searchServices } from "./search-services.ts";
import { settings } from "./settings.ts";

// Whom apps ask, by name: the database, this site itself, and three search services, each of which knows a third of the links.
skitai.alias("@links", ...settings.links);
skitai.alias("@site", PROTO_HTTP, `127.0.0.1:${settings.port}`);
skitai.alias(
  "@search",
  PROTO_HTTP,
  settings.searchPorts.map((port) => `127.0.0.1:${port}`),
);
skitai.use(searchServices);
// When the links were last changed is known to both workers: neither shows what it kept from before.
skitai.addlu("links");

skitai.mount("/", "static");
// By file rather than by import: only the workers load an app, the master stays small.
skitai.mount("/", "board.ts");
skitai.mount("/express", "express-app.ts");
skitai.mount("/hono", "hono-app.ts");

skitai.setMaxAge("/", 60);
skitai.setMaxAge("/images", 3600);
skitai.logOff("/css/", "/js/", "/images/");

// The pid file is kept with the data: each directory of data is served once, and two of them side by side.
mkdirSync(settings.dataPath, { recursive: true });
await skitai.run({ port: settings.port, workers: 2, pidFile: join(settings.dataPath, "app.pid") });
