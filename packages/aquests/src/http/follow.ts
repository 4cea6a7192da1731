import type { HttpAgent } from "./agent.ts";
import type { RawAnswer } from "./exchange.ts";
import type { Leg } from "./leg.ts";
import { isPersonal, nextFields, nextMethod, nextUrl, redirectFault } from "./redirect.ts";
import type { HttpRequest } from "./request.ts";

/**
 * The request that follows a redirect.
 *
 * @param count of the redirects of this call, this one among them.
 * @param hasCredentials the call shows some to the server that it is for.
 * @throws SKITAI_AQUESTS_REDIRECT
 */
export const follow = (
  agent: HttpAgent,
  leg: Leg,
  request: HttpRequest,
  { statusCode, headers }: RawAnswer,
  count: number,
  hasCredentials: boolean,
): Leg => {
  const location = headers.location ?? "";
  if (count > request.redirects) throw redirectFault(location, `it is one more than ${request.redirects}`);
  const here = leg.origin.url + leg.path;
  const url = nextUrl(location, here);
  const origin = agent.originOf(url);
  const path = url.pathname + url.search;
  const method = nextMethod(statusCode, leg.method);
  const isElsewhere = origin.url !== leg.origin.url;
  if (method !== leg.method && request.keepsMethod) throw redirectFault(location, `a ${leg.method} must not become a ${method}`);
  // With cookies, the same place may say something else the second time.
  if (origin.url + path === here && method === leg.method && !agent.cookies) throw redirectFault(location, "it leads to itself");
  const payload = method === leg.method ? leg.payload : undefined;
  if (payload && !payload.repeatable) throw redirectFault(location, "the body of the request cannot be sent again");
  if (leg.origin.endpoint.tls && !origin.endpoint.tls && (isPersonal(leg.fields) || (leg.isHome && hasCredentials)))
    throw redirectFault(location, "a request with credentials must not leave TLS");
  const fields = nextFields(leg.fields, isElsewhere, leg.payload !== undefined && !payload);
  return { origin: isElsewhere ? origin : leg.origin, method, path, fields, payload, isHome: leg.isHome && !isElsewhere };
};
