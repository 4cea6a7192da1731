/** Why the origin was asked (RFC 9211 section 2.2). */
export type ForwardReason = "bypass" | "method" | "uri-miss" | "vary-miss" | "miss" | "request" | "stale" | "partial";

export interface StatusParts {
  /** Without it the answer is a hit, or has a detail that says why there is none. */
  readonly forward?: ForwardReason | undefined;
  /** The status of the origin's answer, where it is not the one sent. */
  readonly forwardStatus?: number | undefined;
  readonly stored?: boolean;
  readonly collapsed?: boolean;
  /** Milliseconds that the answer stays fresh; negative when it is stale. */
  readonly ttl?: number | undefined;
  readonly detail?: string | undefined;
}

/** A member of `Cache-Status` (RFC 9211). @example cacheStatus("skitai", { ttl: 30_000 }) // "skitai; hit; ttl=30" */
export const cacheStatus = (name: string, parts: StatusParts): string => {
  if (parts.forward === undefined && parts.detail !== undefined) return `${name}; detail=${parts.detail}`;
  let text = parts.forward === undefined ? `${name}; hit` : `${name}; fwd=${parts.forward}`;
  if (parts.forwardStatus !== undefined) text += `; fwd-status=${parts.forwardStatus}`;
  if (parts.ttl !== undefined) text += `; ttl=${Math.floor(parts.ttl / 1000)}`;
  if (parts.stored === true) text += "; stored";
  if (parts.collapsed === true) text += "; collapsed";
  if (parts.detail !== undefined) text += `; detail=${parts.detail}`;
  return text;
};
