import type { Attempt } from "../core/attempt.ts";
import { cookieHeader, keepCookies, type Cookies } from "./cookies.ts";
import type { HttpAgent } from "./agent.ts";
import { exchange, type RawAnswer, type Sending } from "./exchange.ts";
import { bodyFault } from "./faults.ts";
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

/** The request with the cookies that the client has for it. */
export const withCookies = async (cookies: Cookies, leg: Leg): Promise<Leg> => {
  const { origin, path, fields } = leg;
  const cookie = cookieHeader(await cookies.keeper(), origin.url + path, fields["cookie"]);
  return cookie === undefined ? leg : { ...leg, fields: { ...fields, cookie } };
};

/** Sends a request and reads its answer, by way of a proxy where the client has one; keeps the cookies of the answer. */
export const askServer = async (
  agent: HttpAgent,
  leg: Leg,
  request: HttpRequest,
  attempt: Attempt,
  streams: Streams,
): Promise<RawAnswer> => {
  const { origin, payload, method } = leg;
  const { endpoint } = origin;
  const { fields } = leg;
  let { path } = leg;
  const url = origin.url + path;
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
    if (outflow?.stream.errored) throw bodyFault(outflow.stream.errored);
    const answer = await exchange(connections, endpoint.address, sending, attempt);
    if (agent.cookies) keepCookies(await agent.cookies.keeper(), url, answer.headers["set-cookie"]);
    return answer;
  } catch (error) {
    // What was not sent may go to another server yet, if there is only this one stream of it.
    if (payload?.repeatable || attempt.sent) outflow?.stream.destroy();
    throw error;
  }
};
