import { createServer } from "node:http";
import { Saddle } from "@skitai/saddle";

const app = new Saddle(import.meta);
app.route("/", () => "Hello World");
app.route("/double/<int:n>", (was, { n }) => ({ double: 2 * n }));

createServer(app.listener()).listen(5000, "127.0.0.1");
