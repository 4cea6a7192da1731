import { Saddle } from "@skitai/saddle";
import express from "express";

const app = new Saddle(import.meta);
app.route("/", () => "Hello World");
app.route("/double/<int:n>", (was, { n }) => ({ double: 2 * n }));
app.route("/echo", { methods: ["POST"] }, (was) => was.request.args);

const server = express();
server.get("/own", (request, response) => {
  response.send("Express answers");
});
server.use("/app", app.listener());
server.listen(5000, "127.0.0.1");
