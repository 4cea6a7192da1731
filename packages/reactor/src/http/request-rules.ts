import type { Limits } from "./limits.ts";
import type { NodeRequest } from "./types.ts";

/** The host that a request is for, with its port. */
export const authorityOf = (req: NodeRequest): string | undefined => (req.headers[":authority"] as string | undefined) ?? req.headers.host;

/** What a host and port may be made of (RFC 3986 section 3.2.2, 3.2.3). */
const hostForm = /^[\w.~!$&'()*+,;=%:[\]-]*$/;

/**
 * What is wrong with the host of a request; undefined when nothing is.
 *
 * A second one is how requests are smuggled past whoever reads the first: a second `Host` (RFC 9112 section 3.2), or in HTTP/2, which refuses that by
 * itself, one that differs from `:authority` (RFC 9113 section 8.3.1).
 */
export const hostProblem = (req: NodeRequest): string | undefined => {
  if (req.httpVersionMajor === 2) {
    const authority = authorityOf(req) ?? "";
    const { host } = req.headers;
    if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) return repeated;
    return hostForm.test(authority) ? undefined : malformed;
  }
  const raw = req.rawHeaders;
  let seen = false;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!;
    if (name.length !== 4 || name.toLowerCase() !== "host") continue;
    if (seen) return repeated;
    if (!hostForm.test(raw[at + 1]!)) return malformed;
    seen = true;
  }
  return undefined;
};

const repeated = "Host is given more than once.";
const malformed = "Host is not a host.";

/** HTTP/1.0 knows no other way to tell where a body ends. */
export const needsLength = (req: NodeRequest): boolean =>
  req.httpVersionMajor === 1 &&
  req.httpVersionMinor === 0 &&
  (req.method === "POST" || req.method === "PUT" || req.method === "PATCH") &&
  req.headers["content-length"] === undefined;

/** More headers than allowed, or in HTTP/2, whose parser knows the limit only once the client has acknowledged it (RFC 9113 section 6.5.2), larger ones. */
export const hasLargeHead = (req: NodeRequest, { maxHeaders, maxHeaderSize }: Limits): boolean => {
  const raw = req.rawHeaders;
  if (req.httpVersionMajor !== 2) return raw.length > 2 * maxHeaders;
  let size = 0;
  for (const text of raw) size += text.length + 16;
  return size > maxHeaderSize;
};
