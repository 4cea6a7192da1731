import { hash } from "node:crypto";

/**
 * What the request log shows of a bearer token, which is a secret: of a JWT the middle segment, whose claims identify but do not
 * authenticate, since the signature is missing; of any other token the first 8 hex digits of its SHA-256. Those tell whether two requests
 * used the same token and cannot be turned back into it.
 */
export const loggedToken = (token: string | undefined): string | undefined => {
  if (token === undefined || token === "") return undefined;
  return jwt.exec(token)?.[1] ?? hash("sha256", token, "hex").slice(0, 8);
};

/** RFC 7519: header, claims and signature. Both JSON objects start with `{"`, which is `eyJ`; anything else is taken for an opaque token. */
const jwt = /^eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]*$/;
