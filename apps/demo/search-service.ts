// One of the three search services: a program of its own, which answers for a third of the links.
import { aquests, Engine, Saddle } from "skitai";
import { settings } from "./settings.ts";
import { LinkStore } from "./store.ts";

const third = Number(process.argv[2]);
const app = new Saddle();

app.route("/find", { methods: ["GET"], params: { q: "string", voter: "string", most: "int" } }, (was, { q, voter, most }) =>
  new LinkStore(() => was.backend("@links")).list({ voter, words: q, third, page: 1, size: most }),
);

// Nobody tells this program what changes, so it keeps no results.
const engine = new Engine({ name: `search-${third}`, requestLog: false }).use(aquests({ maxResults: 0 }));
engine.alias("@links", ...settings.links).mount("/", app);
await engine.listen({ port: settings.searchPorts[third] ?? 0 });

const end = (): void => void engine.close({ timeout: 0 }).finally(() => process.exit());
process.once("SIGTERM", end);
// However the master ended, this pipe ends with it.
process.stdin.once("end", end).resume();
