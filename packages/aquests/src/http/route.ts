import type { UpstreamKind } from "@skitai/reactor";
import type { Target } from "../core/call.ts";
import type { Runtime } from "../core/runtime.ts";
import { findAlias, isAliased } from "../core/target.ts";
import { httpAgent } from "./agent.ts";
import { credentialsIn, parseUrl, type Credentials } from "./url.ts";

/** Where a request goes. */
export interface Route {
  readonly target: Target;
  /** With its query, ready to be sent. */
  readonly path: string;
  /** What stood in the URL. */
  readonly auth: Credentials | undefined;
}

const kinds: readonly UpstreamKind[] = ["http", "https"];

/**
 * Where `http://host/path`, `https://...` or `@alias/path` leads.
 *
 * @param verb shown in the error.
 * @throws SKITAI_AQUESTS_BAD_TARGET, SKITAI_AQUESTS_ALIAS_UNKNOWN, SKITAI_AQUESTS_ALIAS_KIND
 */
export const routeOf = (runtime: Runtime, url: string, verb: string): Route => {
  if (typeof url === "string" && isAliased(url)) {
    const { cluster, path } = findAlias(runtime, url, kinds, verb);
    return { target: cluster, path: plainPath(path), auth: undefined };
  }
  const parsed = parseUrl(url);
  return { target: httpAgent(runtime).originOf(parsed).endpoint, path: parsed.pathname + parsed.search, auth: credentialsIn(parsed) };
};

/** The path behind an alias as a URL would have it: dots resolved, what cannot be sent percent-encoded, no fragment. */
const plainPath = (path: string): string => {
  const { pathname, search } = new URL(path.replace(/^\/+/, "/"), "http://alias");
  return pathname + search;
};
