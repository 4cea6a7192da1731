import { createServer } from "node:http";
import { address, helloJson, helloText, port } from "./contract.ts";

const length = Buffer.byteLength(helloText);

createServer((req, res) => {
  if (req.url === "/text") {
    res.writeHead(200, { "content-type": "text/plain; charset=utf-8", "content-length": length });
    res.end(helloText);
  } else if (req.url === "/json") {
    const body = JSON.stringify(helloJson);
    res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    res.end(body);
  } else {
    res.writeHead(404);
    res.end();
  }
}).listen(port, address);
