import { refuseUnknown } from "@skitai/reactor";
import { begin } from "../core/begin.ts";
import type { CallOptions, Target } from "../core/call.ts";
import type { RedisKey } from "./commands.ts";
import { RedisCommand, type RedisAccess } from "./operation.ts";
import { requestOf } from "./request.ts";

export interface ScanOptions {
  /** A pattern: `user:*`. @default everything */
  match?: string;
  /** About how many items are fetched at once. @default the server's, which is 10 */
  count?: number;
}

export interface KeyScanOptions extends ScanOptions {
  /** Only keys of that type: `hash`. */
  type?: string;
}

/**
 * Goes through many items, a few at a time. Redis promises that everything that is there from begin to end is given, and that something may be given
 * twice. A page that does not come rejects, each within the time limit of a call. The raw commands are `call("SCAN", 0)` and so on.
 */
export interface RedisScans {
  /** All keys of the database. @example for await (const key of redis.scan({ match: "user:*" })) await redis.del(key); */
  scan(options?: KeyScanOptions): AsyncGenerator<string, void, void>;
  /** The fields of a hash and their values. */
  hscan(key: RedisKey, options?: ScanOptions): AsyncGenerator<[field: string, value: string], void, void>;
  /** The members of a set. */
  sscan(key: RedisKey, options?: ScanOptions): AsyncGenerator<string, void, void>;
  /** The members of a sorted set and their scores. */
  zscan(key: RedisKey, options?: ScanOptions): AsyncGenerator<[member: string, score: number], void, void>;
}

const optionNames: Readonly<Record<keyof KeyScanOptions, true>> = { match: true, count: true, type: true };

/** The scans of one database. */
export const scansOf = (access: RedisAccess, target: Target, { timeout, signal }: CallOptions): RedisScans => {
  const call = { useCache: false, ...(timeout !== undefined && { timeout }), ...(signal && { signal }) };

  /** A cursor means something to the server that gave it alone, so the rest is asked there. */
  async function* pages(name: string, key: readonly RedisKey[], options: KeyScanOptions): AsyncGenerator<string[], void, void> {
    refuseUnknown(name, options, optionNames);
    const parts = Object.entries(options).filter(([, value]) => value !== undefined);
    let cursor = "0";
    let asked = target;
    do {
      const operation = new RedisCommand(access, requestOf(name, [...key, cursor, ...parts.flat()]));
      const { data } = (await begin(access.caller, { operation, target: asked, options: call })).reraise();
      const [next, items] = data as [string, string[]];
      asked = operation.asked ?? asked;
      yield items;
      cursor = next;
    } while (cursor !== "0");
  }

  async function* single(name: string, key: readonly RedisKey[], options: KeyScanOptions = {}): AsyncGenerator<string, void, void> {
    for await (const items of pages(name, key, options)) yield* items;
  }

  async function* pairs(name: string, key: RedisKey, options: ScanOptions = {}): AsyncGenerator<[string, string], void, void> {
    for await (const items of pages(name, [key], options)) for (let i = 0; i + 1 < items.length; i += 2) yield [items[i]!, items[i + 1]!];
  }

  return {
    scan: (options) => single("scan", [], options),
    sscan: (key, options) => single("sscan", [key], options),
    hscan: (key, options) => pairs("hscan", key, options),
    async *zscan(key, options) {
      for await (const [member, score] of pairs("zscan", key, options)) yield [member, Number(score)];
    },
  };
};
