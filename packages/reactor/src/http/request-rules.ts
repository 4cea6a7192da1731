import type { Limits } from "./limits.ts";
import type { NodeRequest } from "./types.ts";

/** The host that a request is for, with its port. */
export const authorityOf = (req: NodeRequest): string | undefined => (req.headers[":authority"] as string | undefined) ?? req.headers.host;

/**
 * A second host is how requests are smuggled past whoever reads the first: a second `Host` (RFC 9112 section 3.2), or in HTTP/2, which refuses that by itself,
 * one that differs from `:authority` (RFC 9113 section 8.3.1).
 */
export const repeatsHost = (req: NodeRequest): boolean => {
  if (req.httpVersionMajor === 2) {
    const { host } = req.headers;
    return host !== undefined && host.toLowerCase() !== authorityOf(req)!.toLowerCase();
  }
  const raw = req.rawHeaders;
  let seen = false;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!;
    if (name.length !== 4 || name.toLowerCase() !== "host") continue;
    if (seen) return true;
    seen = true;
  }
  return false;
};

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
