import { Saddle } from "skitai";

export const app: Saddle = new Saddle(import.meta);

app.route("/", (was) => `Site 2, asked for as ${was.host}`);
