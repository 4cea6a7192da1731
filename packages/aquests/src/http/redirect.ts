import type { IncomingHttpHeaders } from "node:http";
import { AquestsError } from "../errors.ts";
import type { Hop } from "../core/operation.ts";
import type { Fields } from "./fields.ts";
import { masked } from "./masked.ts";

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether an answer sends the client elsewhere. */
export const isRedirect = (statusCode: number, headers: IncomingHttpHeaders): boolean =>
  statusCode >= 300 && headers.location !== undefined && redirects.has(statusCode);

/** The method of the request that follows a redirect (RFC 9110, section 15.4): a POST becomes a GET, but for 307 and 308; 303 makes all GET. */
export const nextMethod = (statusCode: number, method: string): string => {
  if (statusCode === 303) return method === "HEAD" ? "HEAD" : "GET";
  return method === "POST" && (statusCode === 301 || statusCode === 302) ? "GET" : method;
};

/**
 * Where a redirect leads. Credentials in it are not used.
 *
 * @throws SKITAI_AQUESTS_REDIRECT
 */
export const nextUrl = (location: string, from: string, history?: readonly Hop[]): URL => {
  let url: URL;
  try {
    url = new URL(location, from);
  } catch {
    throw redirectFault(location, "that is no URL", undefined, history);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw redirectFault(location, "only http: and https: are followed", undefined, history);
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
};

export const redirectFault = (location: string, reason: string, cause?: unknown, history?: readonly Hop[]): AquestsError =>
  new AquestsError(
    "SKITAI_AQUESTS_REDIRECT",
    { value: hasCredentials(location) ? masked(location) : location, reason },
    { cause, history },
  );

/** Whether it may hold some; the mail address in a query is none. */
const hasCredentials = (location: string): boolean => {
  const url = URL.parse(location, "http://host");
  return url === null || url.username !== "" || url.password !== "";
};

/** What only the server may see that the request was made for. */
const personal: readonly string[] = ["authorization", "cookie", "proxy-authorization", "host"];
/** What describes a body. */
const descriptive: readonly string[] = [
  "content-type",
  "content-encoding",
  "content-language",
  "content-location",
  "content-length",
  "digest",
];

/** The headers that go along: not the personal ones to another server, not those of a body that is left behind. */
export const nextFields = (fields: Fields, isElsewhere: boolean, isBodiless: boolean): Fields => {
  if (!isElsewhere && !isBodiless) return fields;
  const next = { ...fields };
  if (isElsewhere) for (const name of personal) delete next[name];
  if (isBodiless) for (const name of descriptive) delete next[name];
  return next;
};

/** Whether a request carries something that must not be seen on the way. */
export const isPersonal = (fields: Fields): boolean => fields["authorization"] !== undefined || fields["cookie"] !== undefined;
