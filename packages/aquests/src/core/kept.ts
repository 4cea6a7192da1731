import { Cluster } from "@skitai/reactor/upstream";
import type { Call } from "./call.ts";
import { identity } from "./endpoint.ts";
import type { Reply } from "./operation.ts";
import type { Result } from "./result.ts";

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

/** What a call is kept under; undefined where it may not be kept. */
export const cacheKey = <Data>(call: Call<Data>): string | undefined => {
  const key = call.operation.cacheKey();
  if (key === undefined) return undefined;
  const { target } = call;
  return `${target instanceof Cluster ? `@${target.name}` : identity("", target)} ${call.operation.method} ${key}`;
};
