// Saddle below a path of an Express 5 app. What it has no route for goes on to Express.
import express from "express";
import { app } from "./app.ts";

const server = express();
server.use("/saddle", app.listener());
server.get("/saddle/later", (_req, res) => {
  res.send("Express comes after Saddle");
});
server.get("/", (_req, res) => {
  res.send("Hello from Express");
});
server.listen(Number(process.env["PORT"] ?? 5000), "127.0.0.1");
