import type { UpstreamKind } from "@skitai/reactor";
import type { Target } from "../core/call.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Runtime } from "../core/runtime.ts";
import { findAlias, isAliased } from "../core/target.ts";
import { AquestsError } from "../errors.ts";

/** What `options.auth` takes. */
export type Credentials = readonly [token: string] | readonly [user: string, password: string];

/** Where a request goes. */
export interface Route {
  readonly target: Target;
  /** With its query, ready to be sent. */
  readonly path: string;
  /** What stood in the URL. */
  readonly auth: Credentials | undefined;
}

const kinds: readonly UpstreamKind[] = ["http", "https"];
const ports: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

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
  return { target: endpointOf(parsed), path: parsed.pathname + parsed.search, auth: credentialsIn(parsed) };
};

/**
 * An absolute URL of HTTP.
 *
 * @throws SKITAI_AQUESTS_BAD_TARGET; the message shows no credentials.
 */
export const parseUrl = (url: string): URL => {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw badTarget(url, "use http://host/path, https://host/path or @alias/path.", cause);
  }
  if (ports[parsed.protocol] === undefined) throw badTarget(url, `${parsed.protocol} is not spoken here; use http: or https:.`);
  return parsed;
};

/** The server of a URL. */
export const endpointOf = ({ protocol, hostname, port: given }: URL): Endpoint => {
  const port = given === "" ? ports[protocol]! : Number(given);
  return {
    host: hostname,
    port,
    user: undefined,
    password: undefined,
    database: undefined,
    address: `${hostname}:${port}`,
    tls: protocol === "https:",
  };
};

/** @throws SKITAI_AQUESTS_BAD_TARGET when they are not percent-encoded. */
export const credentialsIn = (url: URL): Credentials | undefined => {
  if (url.username === "" && url.password === "") return undefined;
  try {
    return [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  } catch (cause) {
    throw badTarget(url.host, "user and password are percent-encoded: write % as %25.", cause);
  }
};

/** The path behind an alias as a URL would have it: dots resolved, what cannot be sent percent-encoded, no fragment. */
const plainPath = (path: string): string => {
  const { pathname, search } = new URL(path.replace(/^\/+/, "/"), "http://alias");
  return pathname + search;
};

const badTarget = (value: unknown, hint: string, cause?: unknown): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_TARGET", { value: withoutCredentials(value), hint }, { cause });

/** Whatever stands before an @ in what was to be a URL may be a password. */
const withoutCredentials = (value: unknown): unknown =>
  typeof value === "string" ? value.replace(/^([a-z]+:\/\/)?[^/?#]*@(?=.)/i, "$1***@") : value;
