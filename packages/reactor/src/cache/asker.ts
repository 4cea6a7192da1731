import { LRUCache } from "lru-cache";
import { isConditional, type Asked } from "./asked.ts";
import { parseCacheControl } from "./cache-control.ts";
import { discard, type Confirmed, type Exchange, type Known, type Recorded } from "./exchange.ts";
import { fieldOf } from "./fields.ts";
import { invalidatedKeys } from "./invalidation.ts";
import { Recording, type HeldBytes } from "./recording.ts";
import { responsePolicy, type CacheKind } from "./response-policy.ts";
import { isOriginFailure, servesOnError } from "./reuse.ts";
import { audienceOf, refusalOf, storedFields, tagsOf, type Candidate } from "./storable.ts";
import type { CacheStore, StoredEntry, StoredHead } from "./store.ts";
import type { FlatFields, OriginResponse } from "./types.ts";
import { conditionalRequest, confirms, cookiesOf, freshenedFields, unconditionalRequest } from "./validation.ts";
import { variantOf, varyOf } from "./vary.ts";

export interface AskerParts extends CacheKind {
  readonly store: CacheStore;
  readonly maxObjectSize: number;
  readonly budget: HeldBytes;
  readonly now: () => number;
}

interface Timed {
  readonly response: OriginResponse;
  readonly requestTime: number;
  readonly responseTime: number;
}

/** Keys whose invalidation is remembered for answers under way. */
const rememberedKeys = 10_000;

/** Asks the origin, and brings what it answers into the store. */
export class Asker {
  readonly #parts: AskerParts;
  readonly #invalidated = new LRUCache<string, number>({ max: rememberedKeys });
  readonly #storing = new Set<Promise<void>>();
  #lastInvalidation = Number.NEGATIVE_INFINITY;

  constructor(parts: AskerParts) {
    this.#parts = parts;
  }

  /**
   * @param controller ends the question, and the body of its answer.
   * @param wantsBody whether a confirmed response is to be sent.
   */
  async ask(asked: Asked, known: Known | undefined, controller: AbortController, wantsBody: boolean): Promise<Exchange> {
    const { signal } = controller;
    const validated = known !== undefined && (known.policy.etag ?? known.policy.lastModified) !== undefined ? known : undefined;
    const request = validated === undefined ? asked.request : conditionalRequest(asked.request, validated.policy);
    let answer = await this.#send(asked, request, signal);
    if (answer.response.status === 304 && validated !== undefined) {
      discard(answer.response.body);
      const confirmed = await this.#confirm(asked, validated, answer, wantsBody);
      if (confirmed !== undefined) return confirmed;
      // It confirmed another response than ours, or ours is damaged.
      answer = await this.#send(asked, unconditionalRequest(asked.request), signal);
    }
    const { status } = answer.response;
    if (known !== undefined && isOriginFailure(status) && servesOnError(known.policy, asked.policy, this.#parts.now())) {
      discard(answer.response.body);
      return { kind: "failed", status };
    }
    const exchange = this.#take(asked, answer, controller);
    // What is not to be stored any more is no reason to go on with an older one.
    if (known !== undefined && exchange.kind === "passed" && status < 500 && !asked.policy.noStore && exchange.refusal !== "credentials") {
      await this.#parts.store.delete(asked.key, known.entry.head.variant);
    }
    return exchange;
  }

  /** Sends a request that no stored response can answer, and drops what its answer makes stale. */
  async pass(asked: Asked): Promise<{ readonly response: OriginResponse; readonly stale: readonly string[] }> {
    const response = await asked.origin(asked.request, asked.signal);
    const stale = invalidatedKeys(asked.request.method, asked.key, response.status, response.headers);
    for (const key of stale) await this.invalidate(key);
    return { response, stale };
  }

  /** A HEAD says whether the stored answer to GET still holds (RFC 9111 section 4.3.5). */
  async head(asked: Asked, known: Known | undefined): Promise<OriginResponse> {
    const answer = await this.#send(asked, asked.request, asked.signal);
    const { status, headers } = answer.response;
    if (known === undefined || status !== 200 || isConditional(asked.request)) return answer.response;
    const length = lengthOf(headers);
    if (confirms(headers, known.policy) && (length === undefined || length === known.entry.size)) {
      await this.#freshen({ ...asked, request: { ...asked.request, method: "GET" } }, known.entry, answer);
    } else await this.#parts.store.delete(asked.key, known.entry.head.variant);
    return answer.response;
  }

  /** Drops what is stored under a key, and lets nothing in that was asked for before. */
  async invalidate(key: string): Promise<void> {
    this.#invalidated.set(key, this.#instant());
    await this.#parts.store.delete(key);
  }

  async invalidateTag(tag: string): Promise<void> {
    await this.#parts.store.deleteTag(tag, this.#instant());
  }

  /** Waits for what is being stored. */
  async settled(): Promise<void> {
    while (this.#storing.size > 0) await Promise.all(this.#storing);
  }

  async #send(asked: Asked, request: Asked["request"], signal: AbortSignal | undefined): Promise<Timed> {
    // After an invalidation, also within its millisecond.
    const requestTime = Math.max(this.#parts.now(), this.#lastInvalidation + 1);
    const response = await asked.origin(request, signal);
    return { response, requestTime, responseTime: Math.max(this.#parts.now(), requestTime) };
  }

  #instant(): number {
    return (this.#lastInvalidation = Math.max(this.#parts.now(), this.#lastInvalidation));
  }

  /** @returns undefined when it is not the stored response that holds, or that cannot be read. */
  async #confirm(asked: Asked, known: Known, answer: Timed, wantsBody: boolean): Promise<Exchange | undefined> {
    const { entry, policy } = known;
    if (!confirms(answer.response.headers, policy)) return undefined;
    const body = wantsBody ? await entry.open() : null;
    if (body === undefined) return undefined;
    const { head, policy: newer } = await this.#freshen(asked, entry, answer);
    return { kind: "confirmed", head, policy: newer, known, body, cookies: cookiesOf(answer.response.headers) };
  }

  /** Brings newer headers to a stored response, or drops it where they say so. */
  async #freshen(asked: Asked, entry: StoredEntry, answer: Timed): Promise<Pick<Confirmed, "head" | "policy">> {
    const { store, shared } = this.#parts;
    const head = this.#headOf(asked, entry.head.status, freshenedFields(entry.head.headers, answer.response.headers), answer);
    const policy = responsePolicy(head, this.#parts);
    const refusal = refusalOf({ ...candidateOf(asked), response: head, policy }, shared);
    if (refusal === undefined) {
      if (this.#isCurrent(head)) await store.freshen(entry, head);
    } else if (!asked.policy.noStore) await store.delete(entry.head.key, entry.head.variant);
    return { head, policy };
  }

  #take(asked: Asked, answer: Timed, controller: AbortController): Exchange {
    const { response } = answer;
    const head = this.#headOf(asked, response.status, response.headers, answer);
    const policy = responsePolicy(head, this.#parts);
    const { body } = response;
    const announced = lengthOf(response.headers);
    const size = Buffer.isBuffer(body) ? body.length : (announced ?? 0);
    const refusal =
      refusalOf({ ...candidateOf(asked), response, policy }, this.#parts.shared) ??
      (size > this.#parts.maxObjectSize ? "too-large" : undefined);
    if (refusal !== undefined) return { kind: "passed", response, refusal };
    if (body !== null && !Buffer.isBuffer(body))
      return { kind: "recorded", head, policy, response, ...this.#record(head, body, announced, controller) };
    // What is shorter than announced was cut off somewhere.
    const settled = announced === undefined || announced === (body?.length ?? 0) ? this.#keep(head, body) : undefined;
    return { kind: "recorded", head, policy, response, body, settled };
  }

  #headOf({ request, key }: Asked, status: number, received: FlatFields, { requestTime, responseTime }: Timed): StoredHead {
    const { shared } = this.#parts;
    const headers = storedFields(received, shared, responseTime);
    const vary = varyOf(request, headers, audienceOf(parseCacheControl(fieldOf(headers, "cache-control")), shared));
    return { key, variant: variantOf(vary), vary, status, headers, requestTime, responseTime, tags: tagsOf(headers) };
  }

  #record(
    head: StoredHead,
    body: AsyncIterable<Uint8Array>,
    announced: number | undefined,
    controller: AbortController,
  ): Pick<Recorded, "settled"> & { body: Recording } {
    const { store, maxObjectSize: maxSize, budget } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<void>();
    const recording = new Recording({
      body,
      writer: store.write(head),
      announced,
      maxSize,
      budget,
      cancel: (reason) => controller.abort(reason),
      mayCommit: () => {
        const isCurrent = this.#isCurrent(head);
        if (isCurrent) void this.#track(promise);
        return isCurrent;
      },
      settled: (isStored) => resolve(isStored ? this.#recheck(head) : undefined),
    });
    return { body: recording, settled: promise };
  }

  #keep(head: StoredHead, body: Buffer | null): Promise<void> | undefined {
    if (!this.#isCurrent(head)) return undefined;
    const writer = this.#parts.store.write(head);
    const written = body === null || body.length === 0 ? true : writer.write(body);
    if (written === true) {
      const committed = writer.commit();
      return typeof committed === "boolean" ? undefined : this.#track(committed.then(() => this.#recheck(head)));
    }
    if (written === false) return void writer.abort();
    return this.#track(
      written.then(async (isWritten) => {
        if (!isWritten || !this.#isCurrent(head)) return writer.abort();
        if (await writer.commit()) await this.#recheck(head);
      }),
    );
  }

  /** Whether nothing that was asked for later said that it is stale. */
  #isCurrent({ key, requestTime }: StoredHead): boolean {
    return requestTime > (this.#invalidated.get(key) ?? Number.NEGATIVE_INFINITY);
  }

  /** It may have become stale while it was written. */
  async #recheck(head: StoredHead): Promise<void> {
    if (!this.#isCurrent(head)) await this.#parts.store.delete(head.key, head.variant);
  }

  #track(storing: Promise<void>): Promise<void> {
    this.#storing.add(storing);
    const over = (): void => void this.#storing.delete(storing);
    storing.then(over, over);
    return storing;
  }
}

const candidateOf = ({ request, policy, hidden }: Asked): Pick<Candidate, "request" | "asked" | "hidden"> => ({
  request,
  asked: policy,
  hidden,
});

const lengthOf = (headers: FlatFields): number | undefined => {
  const value = fieldOf(headers, "content-length");
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? Number(value) : Number.NaN;
};
