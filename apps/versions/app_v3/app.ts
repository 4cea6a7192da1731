import { Saddle } from "skitai";

export const app: Saddle = new Saddle(import.meta);

app.route("/", (was) => was.render("index.html", { changes: was.app.config.changes }));
