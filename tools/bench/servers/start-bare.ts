import { createServer } from "node:http";

/** Stands alone: its start is measured. */
createServer((_req, res) => {
  res.setHeader("content-type", "text/plain");
  res.end("Hello World");
}).listen(Number(process.env["BENCH_PORT"]), "127.0.0.1");
