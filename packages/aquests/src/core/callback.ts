import type { CallOptions } from "./call.ts";
import type { Result } from "./result.ts";
import type { Runtime } from "./runtime.ts";

/** Tells the callback of a call, if it has one. What it throws is reported, since nobody waits for it. */
export const tell = <Data>({ report }: Runtime, { callback }: CallOptions<Data>, result: Result<Data>): void => {
  if (callback) void (async () => callback(result))().catch((error: unknown) => report("A callback failed", error));
};
