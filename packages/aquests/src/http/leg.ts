import type { Attempt } from "../core/attempt.ts";
import { cookieHeader, keepCookies } from "./cookies.ts";
import type { HttpAgent } from "./agent.ts";
import { exchange, type RawAnswer, type Sending } from "./exchange.ts";
import { flatten, type Fields } from "./fields.ts";
import type { Origin } from "./origin.ts";
import type { Payload } from "./payload.ts";
import { proxyFor } from "./proxy.ts";
import type { HttpRequest } from "./request.ts";

/** One request to one server: the whole way, or the part up to a redirect or a refusal. */
export interface Leg {
  readonly origin: Origin;
  readonly method: string;
  readonly path: string;
  readonly fields: Fields;
  readonly payload: Payload | undefined;
  /** It still goes to the server that the call was made for, so that it may show the caller's credentials. */
  readonly isHome: boolean;
}

/** An answer, from the server or from the cache. */
export interface LegAnswer extends RawAnswer {
  readonly cached?: boolean;
}

/** What to do with the body of an answer. */
export type Streams = Sending["streams"];

/** Sends a request and reads its answer, with cookies and by way of a proxy where the client has them. */
export const askServer = async (
  agent: HttpAgent,
  leg: Leg,
  request: HttpRequest,
  attempt: Attempt,
  streams: Streams,
): Promise<RawAnswer> => {
  const { origin, payload, method } = leg;
  const { endpoint } = origin;
  let { fields, path } = leg;
  const url = origin.url + path;
  const keeper = agent.cookies && (await agent.cookies.keeper());
  if (keeper) {
    const cookie = cookieHeader(keeper, url, fields["cookie"]);
    if (cookie !== undefined) fields = { ...fields, cookie };
  }
  const headers = flatten(fields);
  const proxy = request.proxy === undefined ? proxyFor(agent.settings.proxies, endpoint) : (request.proxy ?? undefined);
  let connections;
  if (proxy && !endpoint.tls) {
    path = url;
    if (fields["host"] === undefined) headers.push("host", origin.url.slice("http://".length));
    if (proxy.authorization !== undefined) headers.push("proxy-authorization", proxy.authorization);
    connections = agent.origin(proxy.endpoint).asProxy(request.insecure);
  } else connections = origin.connections(request.insecure, proxy);
  const opened = payload?.open();
  const outflow = opened instanceof Promise ? await opened : undefined;
  if (outflow?.length !== undefined) headers.push("content-length", String(outflow.length));
  const body = outflow ? outflow.stream : ((opened as Buffer | undefined) ?? null);
  const { maxSize, idleTimeout } = request;
  const sending: Sending = { method, path, headers, body, maxSize, idleTimeout, streams };
  try {
    if (attempt.cancelled) throw attempt.cancelled;
    const answer = await exchange(connections, endpoint.address, sending, attempt);
    if (keeper) keepCookies(keeper, url, answer.headers["set-cookie"]);
    return answer;
  } catch (error) {
    // What was not sent may go to another server yet, if there is only this one stream of it.
    if (payload?.repeatable || attempt.sent) outflow?.stream.destroy();
    throw error;
  }
};
