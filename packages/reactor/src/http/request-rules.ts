import type { NodeRequest } from "./types.ts";

/** The host that a request is for, with its port. */
export const authorityOf = (req: NodeRequest): string | undefined => req.headers.host ?? (req.headers[":authority"] as string | undefined);

/** A second `Host` is how requests are smuggled past whoever reads the first (RFC 9112 section 3.2). */
export const repeatsHost = (req: NodeRequest): boolean => {
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
