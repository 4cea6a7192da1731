// The whole service: what is mounted where, and how it runs. `npx --yes pnpm@12 start` in the repository's root starts it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import skitai from "skitai";
import { settings } from "./settings.ts";

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
