import { LRUCache } from "lru-cache";
import { hasCredentials, isConditional, type Asked } from "./asked.ts";
import { discard, type Exchange, type Known } from "./exchange.ts";
import { requestField } from "./fields.ts";
import { Flight } from "./flight.ts";
import { Recording } from "./recording.ts";
import { ageAt } from "./response-policy.ts";

/** Milliseconds for which nobody waits for another's answer after one that could not be shared. */
const singleTime = 10_000;
const rememberedKeys = 10_000;

/**
 * Lets requests that miss the same response wait for one answer. Whether an answer can be shared is seen when it is there; where one could not
 * be, the next requests for it go their own ways for a while.
 */
export class Collapser {
  readonly #now: () => number;
  readonly #flights = new Map<string, Flight<Exchange>>();
  readonly #single = new LRUCache<string, number>({ max: rememberedKeys });
  /** The fields that the answers of a key depend on, as last seen. */
  readonly #vary = new LRUCache<string, readonly string[]>({ max: rememberedKeys });

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Questions under way that others may join. */
  get size(): number {
    return this.#flights.size;
  }

  /** The name of the answers that would do for a request; undefined when it must not share. */
  nameOf(asked: Asked, known: Known | undefined): string | undefined {
    const { request, policy, key } = asked;
    if (policy.noStore || hasCredentials(asked)) return undefined;
    // The cache's own conditions take the place of the client's.
    if (isConditional(request) && (known?.policy.etag ?? known?.policy.lastModified) === undefined) return undefined;
    if ((this.#single.get(key) ?? Number.NEGATIVE_INFINITY) > this.#now()) return undefined;
    const fields = this.#vary.get(key);
    return fields === undefined ? key : `${key} ${JSON.stringify(fields.map((name) => requestField(request, name)))}`;
  }

  /** The question under way that a request may wait for. One that wants the origin to be asked now waits for none. */
  underWay(name: string, { policy }: Asked): Flight<Exchange> | undefined {
    if (policy.noCache || policy.maxAge === 0) return undefined;
    return this.#flights.get(name);
  }

  /** Begins a question that others may join until its answer is stored. */
  launch(name: string, key: string, ask: (signal: AbortSignal) => Promise<Exchange>, isTaken: () => boolean): Flight<Exchange> {
    const over = (): void => {
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    };
    const question = async (signal: AbortSignal): Promise<Exchange> => {
      try {
        const exchange = await ask(signal);
        this.learn(key, exchange);
        if (exchange.kind === "recorded" && exchange.settled !== undefined) exchange.settled.then(over, over);
        else over();
        return exchange;
      } catch (error) {
        over();
        if (!signal.aborted) this.#single.set(key, this.#now() + singleTime);
        throw error;
      }
    };
    const flight = new Flight(question, (exchange) => giveUp(exchange, isTaken()));
    this.#flights.set(name, flight);
    return flight;
  }

  /** Remembers whether answers of a key can be shared, and what they depend on. */
  learn(key: string, exchange: Exchange): void {
    if (exchange.kind === "passed" || exchange.kind === "failed") {
      this.#single.set(key, this.#now() + singleTime);
      return;
    }
    const { head, policy } = exchange;
    this.#vary.set(
      key,
      head.vary.map(([name]) => name),
    );
    if (policy.noCache || ageAt(policy, this.#now()) >= policy.lifetime) this.#single.set(key, this.#now() + singleTime);
    else this.#single.delete(key);
  }

  /** New requests do not wait for answers to earlier ones. */
  forget(key: string): void {
    for (const name of this.#flights.keys()) if (name === key || name.startsWith(`${key} `)) this.#flights.delete(name);
  }
}

/** Nobody waits any more: what nobody took is ended. */
const giveUp = (exchange: Exchange, isTaken: boolean): void => {
  if (exchange.kind === "recorded" && exchange.body instanceof Recording) exchange.body.release();
  else if (exchange.kind === "passed" && !isTaken) discard(exchange.response.body);
  else if (exchange.kind === "confirmed" && !isTaken) discard(exchange.body);
};
