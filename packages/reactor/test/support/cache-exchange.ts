import { HttpCache } from "../../src/cache/http-cache.ts";
import type { HttpCacheOptions } from "../../src/cache/http-cache-options.ts";
import type { CachedResponse, CacheFetchOptions, CacheRequest, OriginResponse } from "../../src/cache/types.ts";

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** A second of which the tests of caches begin, and the date of it. */
export const epoch = Date.UTC(2026, 0, 1);
/** The date at some seconds after it. */
export const dateAt = (seconds: number): string => new Date(epoch + seconds * 1000).toUTCString();

export interface Reply {
  readonly status?: number;
  readonly headers?: Headers;
  readonly body?: string | null;
}

export interface Question extends CacheFetchOptions {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Headers;
}

export interface Outcome extends Omit<CachedResponse, "headers" | "body"> {
  readonly headers: Record<string, string>;
  readonly body: string;
}

export const flat = (headers: Headers): string[] =>
  Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [name, value] : value.flatMap((line) => [name, line])));

export const textOfBody = async (body: OriginResponse["body"]): Promise<string> => {
  if (body === null || Buffer.isBuffer(body)) return String(body ?? "");
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
};

/** Headers with lower-case names; lines of one name are joined. */
export const record = (headers: readonly string[]): Record<string, string> => {
  const joined: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase();
    joined[name] = joined[name] === undefined ? headers[at + 1]! : `${joined[name]}, ${headers[at + 1]!}`;
  }
  return joined;
};

/** A cache, its clock, and an origin that gives the replies it was told, the last one again and again. */
export class Scene {
  readonly cache: HttpCache;
  /** What reached the origin. */
  readonly asked: CacheRequest[] = [];
  now: number = epoch;
  #replies: (Reply | (() => Reply))[] = [];

  constructor(options: HttpCacheOptions) {
    this.cache = new HttpCache({ now: () => this.now, ...options });
  }

  /** What the origin answers from now on. */
  answers(...replies: (Reply | (() => Reply))[]): this {
    this.#replies = replies;
    return this;
  }

  /** Lets seconds pass. */
  wait(seconds: number): this {
    this.now += seconds * 1000;
    return this;
  }

  async ask({ method = "GET", url = "http://site/page", headers = {}, ...options }: Question = {}): Promise<Outcome> {
    const answer = await this.cache.fetch({ method, url, headers }, this.origin, options);
    return { ...answer, headers: record(answer.headers), body: await textOfBody(answer.body) };
  }

  readonly origin = (request: CacheRequest): Promise<OriginResponse> => {
    this.asked.push(request);
    const next = this.#replies.length > 1 ? this.#replies.shift()! : this.#replies[0]!;
    const { status = 200, headers = {}, body = `answer ${this.asked.length}` } = typeof next === "function" ? next() : next;
    return Promise.resolve({ status, headers: flat(headers), body: body === null ? null : Buffer.from(body) });
  };
}
