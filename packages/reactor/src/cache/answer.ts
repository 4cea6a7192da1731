import { byteRange } from "../static/byte-range.ts";
import { requestField, withoutFields } from "./fields.ts";
import { ageAt, type ResponsePolicy } from "./response-policy.ts";
import { sliceOf } from "./slice.ts";
import type { StoredBody, StoredHead } from "./store.ts";
import type { CacheRequest, FlatFields, OriginResponse } from "./types.ts";
import { clientHasIt, describesBody, ifRangeHolds } from "./validation.ts";

/** A stored response on its way to a client. */
export interface Reused {
  readonly head: Pick<StoredHead, "status" | "headers">;
  readonly policy: ResponsePolicy;
  /** Bytes of the body; undefined while it is still arriving. */
  readonly size: number | undefined;
  readonly now: number;
  /** The origin has just confirmed it. */
  readonly confirmed: boolean;
}

export interface Answer extends OriginResponse {
  /** Seconds. */
  readonly age: number;
}

/** Whether an answer needs the body at all. */
export const needsBody = (request: CacheRequest, { head, policy }: Pick<Reused, "head" | "policy">): boolean =>
  request.method !== "HEAD" && !(head.status === 200 && clientHasIt(request, policy));

/**
 * Makes the answer from a stored response: for a HEAD its headers, a 304 for a client that has it, the part that was asked for, or all of it
 * (RFC 9111 sections 4, 4.3.2, RFC 9110 section 14).
 */
export const answerFrom = (request: CacheRequest, reused: Reused, body: StoredBody | null): Answer => {
  const { head, policy, now, confirmed } = reused;
  const age = Math.floor(ageAt(policy, now) / 1000);
  const headers = agedFields(head.headers, age, confirmed ? undefined : policy.unconfirmed);
  if (head.status === 200 && clientHasIt(request, policy)) {
    return { status: 304, headers: withoutFields(headers, leftOutOf304), body: null, age };
  }
  if (request.method === "HEAD" || body === null) return { status: head.status, headers, body: null, age };
  return partOf(request, reused, headers, body, age) ?? { status: head.status, headers, body, age };
};

const leftOutOf304: ReadonlySet<string> = new Set([...describesBody, "content-type", "content-language"]);
const replacedByPart: ReadonlySet<string> = new Set(["content-length", "content-range"]);

const agedFields = (stored: FlatFields, age: number, left: ReadonlySet<string> | undefined): string[] => {
  const headers: string[] = [];
  for (let at = 0; at < stored.length; at += 2) {
    const name = stored[at]!;
    if (name.length === 3 && name.toLowerCase() === "age") continue;
    if (left !== undefined && left.has(name.toLowerCase())) continue;
    headers.push(name, stored[at + 1]!);
  }
  headers.push("Age", `${age}`);
  return headers;
};

/** @returns undefined for the whole. */
const partOf = (request: CacheRequest, reused: Reused, headers: FlatFields, body: StoredBody, age: number): Answer | undefined => {
  const asked = requestField(request, "range");
  const { size, head, policy } = reused;
  if (asked === undefined || head.status !== 200 || size === undefined || !ifRangeHolds(request, policy)) return undefined;
  const range = byteRange(asked, size);
  if (range === undefined) return undefined;
  const others = withoutFields(headers, replacedByPart);
  if (range === "unsatisfiable") {
    return { status: 416, headers: [...others, "Content-Range", `bytes */${size}`, "Content-Length", "0"], body: null, age };
  }
  const { start, end } = range;
  others.push("Content-Range", `bytes ${start}-${end}/${size}`, "Content-Length", `${end - start + 1}`);
  return { status: 206, headers: others, body: sliceOf(body, start, end + 1), age };
};
