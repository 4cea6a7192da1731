import { Saddle } from "skitai";

export const app: Saddle = new Saddle(import.meta);
app.config.greeting = "Hello World";

app.route("/", (was) => `${String(was.app.config.greeting)} Ver.2`);
// A link to the version before: routes of other apps go by the names of their files.
app.route("/before", (was) => was.redirect(was.ab("app_v1.index")));
