import type { Http2ServerRequest, OutgoingHttpHeaders, ServerHttp2Session } from "node:http2";
import type { NodeRequest, Was } from "@skitai/reactor";

/** Request headers that a pushed request takes over from the one that caused it. */
const inherited = ["accept-encoding", "accept-language", "cookie", "user-agent"];

/**
 * Promises a resource of this server on an HTTP/2 connection, and has the server answer it like any request (RFC 9113 section 8.4).
 *
 * @returns false when it cannot be pushed: not HTTP/2, refused by the client, or of another origin. A push causes no further one, which is true.
 */
export const push = (was: Was, uri: string): boolean => {
  const { req, res } = was;
  if (!isHttp2(req) || !("stream" in res)) return false;
  const { stream } = res;
  if (stream.id !== undefined && stream.id % 2 === 0) return true;
  const server = (stream.session as ServerHttp2Session | undefined)?.server;
  const origin = `${was.scheme}://${was.host}`;
  const here = URL.parse(req.url, origin);
  const target = here && URL.parse(uri, here);
  if (!stream.pushAllowed || !server || server.listenerCount("request") === 0 || target?.origin !== here?.origin || !target) return false;
  const headers: OutgoingHttpHeaders = {
    ":method": "GET",
    ":scheme": req.scheme,
    ":authority": req.authority,
    ":path": target.pathname + target.search,
    referer: here?.href,
  };
  for (const name of inherited) if (req.headers[name] !== undefined) headers[name] = req.headers[name];
  stream.pushStream(headers, (error, promised, sent) => {
    // The client has gone, or has just refused pushes: a hint that is lost costs nothing.
    if (error) return;
    promised.on("error", () => {});
    const raw = Object.entries(sent).flatMap(([name, value]) => [name, String(value)]);
    // From here on it is a stream like any other: with the server's own classes and limits.
    server.emit("stream", promised, sent, 0, raw);
  });
  return true;
};

const isHttp2 = (req: NodeRequest): req is Http2ServerRequest => "stream" in req;
