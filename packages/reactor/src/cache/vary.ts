import { createHash } from "node:crypto";
import { fieldOf, listOf, requestField } from "./fields.ts";
import type { StoredHead, VaryField } from "./store.ts";
import type { CacheRequest, FlatFields } from "./types.ts";

/** Fields whose values are kept as a hash only. */
const secret: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

/** Who else may get a response: everyone, those without a cookie, or those with the same credentials. */
export type Audience = "everyone" | "same-cookie" | "same-credentials";

/**
 * The request fields that a response depends on, and their values (RFC 9111 section 4.1). Unless it is for everyone, credentials are among them
 * whatever `Vary` says: one process may act for many users.
 */
export const varyOf = (request: CacheRequest, response: FlatFields, audience: Audience): VaryField[] => {
  const names = new Set(listOf(fieldOf(response, "vary")));
  if (audience === "same-credentials") names.add("authorization");
  if (audience !== "everyone") names.add("cookie");
  return [...names].toSorted().map((name) => [name, selecting(request, name)]);
};

/** Whether nothing that a later request says can select this response. */
export const variesByAnything = (response: FlatFields): boolean => listOf(fieldOf(response, "vary")).includes("*");

/** The name of a variant. What depends on nothing, or only on the absence of credentials, has the empty name. */
export const variantOf = (vary: readonly VaryField[]): string =>
  vary.every(([name, value]) => value === null && secret.has(name)) ? "" : hash(JSON.stringify(vary)).slice(0, 32);

/**
 * Whether a request selects a stored response.
 *
 * @param hidden the request has credentials that no header shows, which equal no others.
 */
export const selects = (request: CacheRequest, { vary }: StoredHead, hidden: boolean): boolean => {
  for (const [name, value] of vary) {
    if (hidden && (name === "authorization" || name === "cookie")) return false;
    if (selecting(request, name) !== value) return false;
  }
  return true;
};

/** A value in the form that is compared: lines joined, blanks around members gone. */
const selecting = (request: CacheRequest, name: string): string | null => {
  const value = requestField(request, name);
  if (value === undefined) return null;
  if (secret.has(name)) return hash(value);
  return value.includes(",") ? value.split(",").map(trimmed).join(",") : value.trim();
};

const trimmed = (member: string): string => member.trim();

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
