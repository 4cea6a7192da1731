import { createServer, type Server } from "node:http";
import { answerParserError } from "./client-error.ts";

/**
 * A server that sends every client to HTTPS (301), on the same host and under the same path. It does not listen by itself.
 */
export const createForwardServer = (port: number): Server => {
  const server = createServer({ keepAliveTimeout: 2_000, headersTimeout: 10_000, requestTimeout: 10_000 }, (req, res) => {
    const host = hostName(req.headers.host);
    // Without a host there is nowhere to send the client; a path that is no path must not become a part of the host.
    if (host === undefined || !req.url?.startsWith("/"))
      return void res.writeHead(400, ["Content-Length", "0", "Connection", "close"]).end();
    const authority = port === 443 ? host : `${host}:${port}`;
    res.writeHead(301, ["Location", `https://${authority}${req.url}`, "Content-Length", "0"]).end();
  });
  server.on("clientError", answerParserError);
  server.emit("listening");
  return server;
};

/** The host without its port; undefined when it is not one. */
const hostName = (host: string | undefined): string | undefined => /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d+)?$/i.exec(host ?? "")?.[1];
