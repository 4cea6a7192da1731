import { Saddle } from "@skitai/saddle";

/** One Saddle app, which the three servers beside this file take in. It does not know which one it is in. */
export const app: Saddle = new Saddle(import.meta);

app.route("/", () => "Hello from Saddle");
app.route("/double/<int:n>", (_was, { n }) => ({ double: 2 * n }));
app.route("/echo", { methods: ["POST"] }, (was) => was.request.args);
app.route("/where", { name: "where" }, (was) => was.ab("where"));
