import { answerFrom, needsBody, type Reused } from "./answer.ts";
import { askedFor, checkedKey, isForOriginAlone, type Asked } from "./asked.ts";
import { Asker } from "./asker.ts";
import { Background } from "./background.ts";
import { cacheStatus, type ForwardReason, type StatusParts } from "./cache-status.ts";
import { Collapser } from "./collapser.ts";
import type { Exchange, Known } from "./exchange.ts";
import { Finder, type Lookup } from "./finder.ts";
import type { Flight } from "./flight.ts";
import { resolveHttpCacheOptions, type HttpCacheOptions, type ResolvedHttpCacheOptions } from "./http-cache-options.ts";
import { HttpCacheCounters, type HttpCacheStatus } from "./http-cache-status.ts";
import { Recording, type HeldBytes } from "./recording.ts";
import { ageAt } from "./response-policy.ts";
import { reuseOf, servesOnError } from "./reuse.ts";
import type { StoredBody, StoredEntry } from "./store.ts";
import { tiedBody } from "./tied-body.ts";
import type { CachedResponse, CacheFetchOptions, CacheLookup, CacheRequest, Origin, OriginResponse } from "./types.ts";
import { selects } from "./vary.ts";

type Eventually<Value> = Value | Promise<Value>;

/**
 * A cache of HTTP responses (RFC 9111), with stale-while-revalidate and stale-if-error (RFC 5861), `immutable` (RFC 8246) and `Cache-Status`
 * (RFC 9211). It asks the origin by a function, and so serves a client as well as a proxy.
 *
 * Requests that miss the same response at one time cost one request to the origin, if its answer turns out to be for all of them. What answers a
 * request with credentials goes to nobody else unless the response says so (`public`).
 *
 * @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_SIZE, SKITAI_REACTOR_BAD_DURATION
 * @example
 * const cache = new HttpCache({ shared: true, store: new MemoryStore({ maxSize: "256mb" }) });
 * const answer = await cache.fetch({ method: "GET", url: "http://10.0.0.1/logo.png", headers: {} }, askOrigin);
 * answer.lookup; // "MISS", and "MEM_HIT" the next time
 */
export class HttpCache implements AsyncDisposable {
  readonly #options: ResolvedHttpCacheOptions;
  readonly #asker: Asker;
  readonly #collapser: Collapser;
  readonly #background: Background;
  readonly #budget: HeldBytes;
  readonly #counters = new HttpCacheCounters();
  readonly #finder: Finder;
  #closing: Promise<void> | undefined;

  constructor(options: HttpCacheOptions) {
    this.#options = resolveHttpCacheOptions(options);
    this.#budget = { held: 0, max: this.#options.maxInFlight };
    this.#asker = new Asker({ ...this.#options, budget: this.#budget });
    this.#collapser = new Collapser(this.#options.now);
    this.#finder = new Finder(this.#options.store, this.#options);
    this.#background = new Background(this.#asker, this.#options);
  }

  /** Makes the store ready, which otherwise the first request does. @throws what makes the store unusable, such as SKITAI_REACTOR_CACHE_UNUSABLE. */
  open(): Promise<void> {
    return this.#options.store.open();
  }

  /**
   * Answers a request from the store, or by asking the origin.
   *
   * @param origin may be called with other conditional headers than the request's, more than once, or not at all. Its failure is the caller's,
   * unless a stored response may stand in.
   * @throws SKITAI_REACTOR_BAD_OPTION for a URL that is not absolute; the signal's reason; whatever `origin` throws.
   */
  fetch(request: CacheRequest, origin: Origin, options?: CacheFetchOptions): Promise<CachedResponse> {
    try {
      options?.signal?.throwIfAborted();
      return Promise.resolve(this.#answer(askedFor(request, origin, options)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Drops what is stored for a URL, all variants of it. @throws SKITAI_REACTOR_BAD_OPTION for a URL that is not absolute. */
  async purge(url: string): Promise<void> {
    const { key } = checkedKey(url);
    this.#collapser.forget(key);
    await this.#asker.invalidate(key);
  }

  /** Drops the responses that bear a tag in `Cache-Tag` or `Surrogate-Key`, however many. */
  purgeTag(tag: string): Promise<void> {
    // Which of them will bear it is not known yet.
    this.#collapser.forget();
    return this.#asker.invalidateTag(tag);
  }

  status(): HttpCacheStatus {
    return {
      shared: this.#options.shared,
      ...this.#counters.report(),
      underWay: this.#collapser.size,
      background: this.#background.size,
      held: this.#budget.held,
      store: this.#options.store.status(),
    };
  }

  /** Ends confirmations in the background, waits for what is being stored, and closes the store. Later requests pass by. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#background.close();
      await this.#asker.settled();
      await this.#options.store.close();
    })();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(asked: Asked): Eventually<CachedResponse> {
    const { method } = asked.request;
    if (method !== "GET" && method !== "HEAD") return this.#passUnsafe(asked);
    if (this.#closing !== undefined || isForOriginAlone(asked.request)) return this.#pass(asked, "bypass");
    const lookup = this.#finder.find(asked);
    return lookup instanceof Promise ? lookup.then((found) => this.#decide(asked, found)) : this.#decide(asked, lookup);
  }

  #decide(asked: Asked, { known, miss }: Lookup): Eventually<CachedResponse> {
    if (known === undefined) return this.#forward(asked, undefined, miss);
    const now = this.#options.now();
    const reuse = reuseOf(known.policy, asked.policy, now);
    if (reuse === "revalidate") return this.#forward(asked, known, ageAt(known.policy, now) < known.policy.lifetime ? "request" : "stale");
    if (reuse === "stale-while-revalidate") this.#background.confirm(asked, known);
    if (reuse !== "fresh") this.#counters.stale++;
    const served = this.#serve(asked, known, {});
    if (!(served instanceof Promise)) return served ?? this.#forward(asked, undefined, "miss");
    return served.then((answer) => answer ?? this.#forward(asked, undefined, "miss"));
  }

  /** @returns undefined when the stored body has gone. */
  #serve(asked: Asked, known: Known, parts: StatusParts): Eventually<CachedResponse | undefined> {
    const { entry, policy } = known;
    const reused: Reused = { head: entry.head, policy, size: entry.size, now: this.#options.now(), confirmed: false };
    const send = (body: StoredBody | null | undefined): CachedResponse | undefined => {
      if (body === undefined) return undefined;
      const ttl = policy.lifetime - ageAt(policy, reused.now);
      return this.#respond(answerFrom(asked.request, reused, body), hitOf(entry), true, { ttl, ...parts });
    };
    if (entry.size === 0 || !needsBody(asked.request, reused)) return send(null);
    const body = entry.open();
    if (!(body instanceof Promise)) return send(body);
    return body.then((opened) => send(opened === undefined ? undefined : withSignal(opened, asked.signal)));
  }

  #forward(asked: Asked, known: Known | undefined, reason: ForwardReason): Eventually<CachedResponse> {
    const { request } = asked;
    if (asked.policy.onlyIfCached) return this.#refuse();
    if (request.method === "HEAD") return this.#head(asked, known, reason);
    if (request.headers["range"] !== undefined) return this.#pass(asked, reason);
    const flight = this.#collapser.underWay(asked, known);
    return flight === undefined ? this.#lead(asked, known, reason) : this.#follow(asked, known, reason, flight);
  }

  /** Asks the origin; others may join. */
  async #lead(asked: Asked, known: Known | undefined, reason: ForwardReason): Promise<CachedResponse> {
    const wantsBody =
      known !== undefined && known.entry.size > 0 && needsBody(asked.request, { head: known.entry.head, policy: known.policy });
    let isTaken = false;
    const ask = (controller: AbortController): Promise<Exchange> => this.#asker.ask(asked, known, controller, wantsBody);
    const flight = this.#collapser.launch(asked, known, ask, () => isTaken);
    let exchange: Exchange;
    try {
      exchange = await flight.join(asked.signal);
    } catch (error) {
      const mayServe =
        known !== undefined && asked.signal?.aborted !== true && servesOnError(known.policy, asked.policy, this.#options.now());
      const served = mayServe ? await this.#serveInstead(asked, known, reason) : undefined;
      if (served === undefined) throw error;
      return served;
    }
    isTaken = true;
    try {
      if (exchange.kind !== "failed") return this.#deliver(asked, exchange, reason, flight);
    } finally {
      flight.release();
    }
    return (known && (await this.#serveInstead(asked, known, reason, exchange.status))) ?? this.#lead(asked, undefined, "miss");
  }

  /** Waits for the answer to another; goes its own way where that one is not for both. */
  async #follow(asked: Asked, known: Known | undefined, reason: ForwardReason, flight: Flight<Exchange>): Promise<CachedResponse> {
    let exchange: Exchange | undefined;
    try {
      exchange = await flight.join(asked.signal);
    } catch (error) {
      if (asked.signal?.aborted === true) throw error;
    }
    if (exchange === undefined) return this.#lead(asked, known, reason);
    try {
      const shared = this.#share(asked, exchange, reason);
      if (shared !== undefined) return shared;
    } finally {
      flight.release();
    }
    if (exchange.kind !== "confirmed") return this.#lead(asked, known, reason);
    const { known: newer } = await this.#finder.find(asked);
    const isFresh = newer !== undefined && reuseOf(newer.policy, asked.policy, this.#options.now()) === "fresh";
    const served = isFresh ? await this.#serve(asked, newer, { forward: reason, collapsed: true }) : undefined;
    if (served === undefined) return this.#lead(asked, newer, reason);
    this.#counters.collapsed++;
    return served;
  }

  /** @returns undefined when the answer is not for this request. */
  #share(asked: Asked, exchange: Exchange, reason: ForwardReason): CachedResponse | undefined {
    if (exchange.kind !== "recorded") return undefined;
    const { head, policy, body } = exchange;
    const now = this.#options.now();
    if (reuseOf(policy, asked.policy, now) !== "fresh" || !selects(asked.request, head, asked.hidden)) return undefined;
    if (body instanceof Recording && !body.isJoinable) return undefined;
    this.#counters.collapsed++;
    const reused: Reused = { head, policy, size: undefined, now, confirmed: false };
    const own = body instanceof Recording ? (needsBody(asked.request, reused) ? body.reader(asked.signal) : null) : body;
    const parts = { forward: reason, collapsed: true, ttl: policy.lifetime - ageAt(policy, now) };
    return this.#respond(answerFrom(asked.request, reused, own), "MEM_HIT", true, parts);
  }

  #deliver(
    asked: Asked,
    exchange: Exclude<Exchange, { kind: "failed" }>,
    forward: ForwardReason,
    flight: Flight<Exchange>,
  ): CachedResponse {
    if (exchange.kind === "passed") {
      const { response, refusal: detail } = exchange;
      const { body } = response;
      const tied =
        asked.signal !== undefined && body !== null && !Buffer.isBuffer(body)
          ? tiedBody(body, asked.signal, (reason) => flight.abort(reason))
          : body;
      return this.#respond({ ...response, body: tied }, "MISS", false, { forward, detail });
    }
    const { policy } = exchange;
    const now = this.#options.now();
    const ttl = policy.lifetime - ageAt(policy, now);
    if (exchange.kind === "recorded") {
      const { response, body } = exchange;
      const own = body instanceof Recording ? body.reader(asked.signal) : body;
      return this.#respond({ ...response, body: own }, "MISS", false, { forward, stored: true, ttl });
    }
    this.#counters.confirmed++;
    const { entry } = exchange.known;
    const answer = answerFrom(asked.request, { head: exchange.head, policy, size: entry.size, now, confirmed: true }, exchange.body);
    const headers = [...answer.headers, ...exchange.cookies];
    return this.#respond({ ...answer, headers }, hitOf(entry), true, { forward, forwardStatus: 304, ttl });
  }

  async #serveInstead(asked: Asked, known: Known, forward: ForwardReason, forwardStatus?: number): Promise<CachedResponse | undefined> {
    const served = await this.#serve(asked, known, { forward, forwardStatus, detail: "stale-if-error" });
    if (served !== undefined) this.#counters.stale++;
    return served;
  }

  async #head(asked: Asked, known: Known | undefined, forward: ForwardReason): Promise<CachedResponse> {
    return this.#respond(await this.#asker.head(asked, known), "MISS", false, { forward });
  }

  async #pass(asked: Asked, forward: ForwardReason): Promise<CachedResponse> {
    return this.#respond(await asked.origin(asked.request, asked.signal), "PASSED", false, { forward });
  }

  async #passUnsafe(asked: Asked): Promise<CachedResponse> {
    const { response, stale } = await this.#asker.pass(asked);
    for (const key of stale) this.#collapser.forget(key);
    return this.#respond(response, "PASSED", false, { forward: "method" });
  }

  /** RFC 9111 section 5.2.1.7. */
  #refuse(): CachedResponse {
    return this.#respond({ status: 504, headers: ["Content-Length", "0"], body: null }, "MISS", false, { detail: "only-if-cached" });
  }

  #respond(answer: OriginResponse & { age?: number }, lookup: CacheLookup, fromCache: boolean, parts: StatusParts): CachedResponse {
    this.#counters.count(lookup);
    const { status, headers, body, age } = answer;
    return { status, headers, body, lookup, cacheStatus: cacheStatus(this.#options.name, parts), fromCache, age };
  }
}

/** A body that is read piece by piece ends with the signal. */
const withSignal = (body: StoredBody, signal: AbortSignal | undefined): StoredBody =>
  signal === undefined || Buffer.isBuffer(body) ? body : tiedBody(body, signal, () => {});

const hitOf = ({ tier }: StoredEntry): CacheLookup => (tier === "memory" ? "MEM_HIT" : "HIT");
