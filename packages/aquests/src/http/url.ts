import type { Endpoint } from "../core/endpoint.ts";
import { AquestsError } from "../errors.ts";
import { masked } from "./masked.ts";

/** What `options.auth` takes. */
export type Credentials = readonly [token: string] | readonly [user: string, password: string];

const ports: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/**
 * An absolute URL of HTTP.
 *
 * @throws SKITAI_AQUESTS_BAD_TARGET; the message shows no credentials.
 */
export const parseUrl = (url: string): URL => {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    // Without its cause, which shows the text as it is.
    throw badTarget(url, "use http://host/path, https://host/path or @alias/path.");
  }
  if (ports[parsed.protocol] === undefined) throw badTarget(url, "only http: and https: are spoken here.");
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

const badTarget = (value: unknown, hint: string, cause?: unknown): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_TARGET", { value: typeof value === "string" ? masked(value) : value, hint }, { cause });
