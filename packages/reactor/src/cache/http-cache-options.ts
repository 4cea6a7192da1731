import { ReactorError } from "../errors.ts";
import { refuseUnknown, wholeNumber } from "../internal/check-options.ts";
import { duration, size, type Duration, type Size } from "../units.ts";
import { MemoryStore } from "./memory-store.ts";
import type { CacheStore } from "./store.ts";

export interface HttpCacheOptions {
  /** One cache for many users, in front of servers, as RFC 9111 means it; false for the cache of a client. */
  shared: boolean;
  /** Where responses are kept; the cache closes it. @default new MemoryStore() */
  store?: CacheStore;
  /** Bytes of the longest body that is stored. @default 10000000 */
  maxObjectSize?: Size;
  /** Bytes of bodies under way that are held for those who ask for the same meanwhile; beyond it they ask the origin themselves. @default "64mb" */
  maxInFlight?: Size;
  /**
   * The longest time for which a response without any lifetime counts as fresh: a tenth of the time since it was last modified (RFC 9111 section
   * 4.2.2), and this at most. @default 0, no guesses
   */
  maxHeuristic?: Duration;
  /** Stale responses that are confirmed in the background at one time; beyond it that waits for a later request. @default 16 */
  maxBackground?: number;
  /** How long one confirmation in the background may take. @default "30s" */
  backgroundTimeout?: Duration;
  /** Its name in `Cache-Status`. @default "skitai" */
  name?: string;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
}

export type ResolvedHttpCacheOptions = Required<{ readonly [Name in keyof HttpCacheOptions]: HttpCacheOptions[Name] }> & {
  readonly maxObjectSize: number;
  readonly maxInFlight: number;
  readonly maxHeuristic: number;
  readonly backgroundTimeout: number;
};

const known: Readonly<Record<keyof HttpCacheOptions, true>> = {
  shared: true,
  store: true,
  maxObjectSize: true,
  maxInFlight: true,
  maxHeuristic: true,
  maxBackground: true,
  backgroundTimeout: true,
  name: true,
  now: true,
};

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_SIZE, SKITAI_REACTOR_BAD_DURATION */
export const resolveHttpCacheOptions = (options: HttpCacheOptions): ResolvedHttpCacheOptions => {
  refuseUnknown("HttpCache", options, known);
  const { shared, maxBackground = 16, name = "skitai" } = options;
  if (typeof shared !== "boolean") {
    const hint = "Say true for a cache in front of servers, false for one of a client.";
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "shared of an HttpCache", value: shared, hint });
  }
  if (!/^[a-z*][\w:/!#$%&'*+.^`|~-]*$/i.test(name)) {
    const hint = "Use a token: letters, digits and -._ after a letter.";
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "name of an HttpCache", value: name, hint });
  }
  return {
    shared,
    maxBackground: wholeNumber("maxBackground", maxBackground),
    name,
    store: options.store ?? new MemoryStore(),
    maxObjectSize: size(options.maxObjectSize ?? 10_000_000, "maxObjectSize"),
    maxInFlight: size(options.maxInFlight ?? "64mb", "maxInFlight"),
    maxHeuristic: duration(options.maxHeuristic ?? 0, "maxHeuristic"),
    backgroundTimeout: duration(options.backgroundTimeout ?? "30s", "backgroundTimeout"),
    now: options.now ?? Date.now,
  };
};
