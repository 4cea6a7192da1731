import { Cluster } from "@skitai/reactor/upstream";
import type { Call } from "./call.ts";
import { identity } from "./endpoint.ts";
import type { Reply } from "./operation.ts";
import type { Result } from "./result.ts";
import type { Runtime } from "./runtime.ts";

/** What the result cache keeps of a result. */
export interface Kept {
  readonly reply: Reply<unknown>;
  readonly node: string;
  readonly url: string;
}

/** A result as the cache keeps it: what a filter made of it is kept too. */
export const keptOf = (result: Result<unknown>): Kept => ({
  node: result.node,
  url: result.url,
  reply: {
    statusCode: result.statusCode,
    reason: result.reason,
    version: result.version,
    headers: result.headers,
    content: result.content,
    data: result.data,
    history: result.history,
    details: result.details,
  },
});

/** Whose results are kept under the key of a call: those of one server, or of all members of its alias together. */
export type KeptOf = "one" | "all";

/** What was kept for a call and will do for it; undefined when there is nothing. What it is, its caller knows: it has put it there. */
export const recall = <Value, Data>({ results }: Runtime, call: Call<Data>, of: KeptOf): Value | undefined => {
  const { useCache = true } = call.options;
  if (useCache === false || results.size === 0) return undefined;
  const key = cacheKey(call, of);
  return key === undefined ? undefined : (results.get(key, useCache) as Value | undefined);
};

/**
 * Keeps something for later calls that ask for the same.
 *
 * @param seconds 0 or less forgets what was kept.
 * @param asOf when it was asked for, in milliseconds since the epoch.
 */
export const keep = <Data>({ results }: Runtime, call: Call<Data>, of: KeptOf, value: unknown, seconds: number, asOf: number): void => {
  const key = cacheKey(call, of);
  if (key === undefined) return;
  if (seconds <= 0) results.expire(key);
  else results.set(key, value, seconds, asOf);
};

/** What a call is kept under; undefined where it may not be kept. */
const cacheKey = <Data>(call: Call<Data>, of: KeptOf): string | undefined => {
  const key = call.operation.cacheKey();
  if (key === undefined) return undefined;
  const { target } = call;
  return `${target instanceof Cluster ? `@${target.name}` : identity("", target)} ${call.operation.method} ${key}${of === "all" ? " *" : ""}`;
};
