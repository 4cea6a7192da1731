import { LRUCache } from "lru-cache";
import { hasCredentials, isConditional, type Asked } from "./asked.ts";
import { discard, type Exchange, type Known } from "./exchange.ts";
import { requestField } from "./fields.ts";
import { Flight } from "./flight.ts";
import { Recording } from "./recording.ts";
import { ageAt } from "./response-policy.ts";
import { reuseOf } from "./reuse.ts";

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

  /** The question under way that a request may wait for. One that wants the origin to be asked now waits for none. */
  underWay(asked: Asked, known: Known | undefined): Flight<Exchange> | undefined {
    const { policy } = asked;
    if (this.#flights.size === 0 || policy.noCache || policy.maxAge === 0) return undefined;
    const name = this.#nameOf(asked, known);
    const flight = name === undefined ? undefined : this.#flights.get(name);
    const answer = flight?.answer;
    // One that is being stored still may be too old already.
    if (answer?.kind === "recorded" && reuseOf(answer.policy, policy, this.#now()) !== "fresh") return undefined;
    return flight;
  }

  /** Begins a question that others may join until its answer is stored, if they may at all. */
  launch(
    asked: Asked,
    known: Known | undefined,
    ask: (controller: AbortController) => Promise<Exchange>,
    isTaken: () => boolean,
  ): Flight<Exchange> {
    const names = new Set<string>();
    const over = (): void => {
      for (const name of names) if (this.#flights.get(name) === flight) this.#flights.delete(name);
    };
    const register = (): void => {
      const name = this.#nameOf(asked, known);
      if (name === undefined) return;
      names.add(name);
      this.#flights.set(name, flight);
    };
    const question = async (controller: AbortController): Promise<Exchange> => {
      try {
        const exchange = await ask(controller);
        this.#learn(asked.key, exchange);
        if (exchange.kind !== "recorded" || exchange.settled === undefined) over();
        else {
          // By what the answer depends on, as far as it is still wanted.
          if ([...names].some((name) => this.#flights.get(name) === flight)) register();
          exchange.settled.then(over, over);
        }
        return exchange;
      } catch (error) {
        over();
        if (!controller.signal.aborted) this.#single.set(asked.key, this.#now() + singleTime);
        throw error;
      }
    };
    const flight: Flight<Exchange> = new Flight(question, (exchange) => giveUp(exchange, isTaken()));
    register();
    return flight;
  }

  /** The name of the answers that would do for a request; undefined when it must not share. */
  #nameOf(asked: Asked, known: Known | undefined): string | undefined {
    const { request, policy, key } = asked;
    if (policy.noStore || hasCredentials(asked)) return undefined;
    // The cache's own conditions take the place of the client's.
    if (isConditional(request) && (known?.policy.etag ?? known?.policy.lastModified) === undefined) return undefined;
    if ((this.#single.get(key) ?? Number.NEGATIVE_INFINITY) > this.#now()) return undefined;
    const fields = this.#vary.get(key);
    return fields === undefined ? key : `${key} ${JSON.stringify(fields.map((name) => requestField(request, name)))}`;
  }

  /** Remembers whether answers of a key can be shared, and what they depend on. */
  #learn(key: string, exchange: Exchange): void {
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

  /** New requests do not wait for answers to earlier ones. @param key of these alone. */
  forget(key?: string): void {
    if (key === undefined) return this.#flights.clear();
    for (const name of this.#flights.keys()) if (name === key || name.startsWith(`${key} `)) this.#flights.delete(name);
  }
}

/** Nobody waits any more: what nobody took is ended. */
const giveUp = (exchange: Exchange, isTaken: boolean): void => {
  if (exchange.kind === "recorded" && exchange.body instanceof Recording) exchange.body.release();
  else if (exchange.kind === "passed" && !isTaken) discard(exchange.response.body);
  else if (exchange.kind === "confirmed" && !isTaken) discard(exchange.body);
};
