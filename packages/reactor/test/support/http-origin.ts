import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { CacheRequest, Origin, OriginResponse } from "../../src/cache/types.ts";

/** A real server, and the function that a cache asks it by. */
export interface HttpOrigin {
  readonly url: string;
  readonly server: Server;
  readonly ask: Origin;
}

/** Starts a server that lives as long as the test. */
export const httpOrigin = async (listener: RequestListener): Promise<HttpOrigin> => {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server, ask: askByHttp };
};

/** Asks over a socket; the body is the stream of the answer. */
export const askByHttp = async (request: CacheRequest, signal?: AbortSignal): Promise<OriginResponse> => {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = typeof value === "string" ? value : [...value];
  }
  const outgoing = httpRequest(request.url, { method: request.method, headers, agent: false, ...(signal && { signal }) });
  outgoing.end();
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  outgoing.on("error", () => {});
  return { status: answer.statusCode!, headers: answer.rawHeaders, body: answer };
};
