// Saddle as the whole of a node:http server.
import { createServer } from "node:http";
import { app } from "./app.ts";

createServer(app.listener()).listen(Number(process.env["PORT"] ?? 5000), "127.0.0.1");
