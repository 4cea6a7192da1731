import { Saddle } from "skitai";

export const app: Saddle = new Saddle(import.meta);

app.route("/", { name: "index" }, () => "Hello World Ver.1");
