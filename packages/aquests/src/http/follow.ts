import type { Hop } from "../core/operation.ts";
import type { AquestsError } from "../errors.ts";
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
 * @param history the answers of this call, this one among them.
 * @throws SKITAI_AQUESTS_REDIRECT
 */
export const follow = (
  agent: HttpAgent,
  leg: Leg,
  request: HttpRequest,
  { statusCode, headers }: RawAnswer,
  count: number,
  hasCredentials: boolean,
  history: readonly Hop[],
): Leg => {
  const location = headers.location ?? "";
  const refused = (why: string): AquestsError => redirectFault(location, why, undefined, history);
  if (count > request.redirects) throw refused(`it is one more than ${request.redirects}`);
  const here = leg.origin.url + leg.path;
  const url = nextUrl(location, here, history);
  const origin = agent.originOf(url);
  const path = url.pathname + url.search;
  const method = nextMethod(statusCode, leg.method);
  const isElsewhere = origin.url !== leg.origin.url;
  if (method !== leg.method && request.keepsMethod) throw refused(`a ${leg.method} must not become a ${method}`);
  // With cookies, the same place may say something else the second time.
  if (origin.url + path === here && method === leg.method && !agent.cookies) throw refused("it leads to itself");
  const payload = method === leg.method ? leg.payload : undefined;
  if (payload && !payload.repeatable) throw refused("the body of the request cannot be sent again");
  if (leg.origin.endpoint.tls && !origin.endpoint.tls && (isPersonal(leg.fields) || (leg.isHome && hasCredentials)))
    throw refused("a request with credentials must not leave TLS");
  const fields = nextFields(leg.fields, isElsewhere, leg.payload !== undefined && !payload);
  return { origin: isElsewhere ? origin : leg.origin, method, path, fields, payload, isHome: leg.isHome && !isElsewhere };
};
