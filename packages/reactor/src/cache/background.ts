import type { Asked } from "./asked.ts";
import type { Asker } from "./asker.ts";
import { discard, type Exchange, type Known } from "./exchange.ts";
import { Recording } from "./recording.ts";
import { requestPolicy } from "./request-policy.ts";
import type { CacheRequest } from "./types.ts";

export interface BackgroundOptions {
  /** Confirmations at one time. */
  readonly maxBackground: number;
  /** Milliseconds that one may take. */
  readonly backgroundTimeout: number;
}

/** Has stale responses confirmed while they are still in use (RFC 5861 section 3), each once at a time. */
export class Background {
  readonly #asker: Asker;
  readonly #options: BackgroundOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #controllers = new Set<AbortController>();
  #isClosed = false;

  constructor(asker: Asker, options: BackgroundOptions) {
    this.#asker = asker;
    this.#options = options;
  }

  get size(): number {
    return this.#running.size;
  }

  confirm(asked: Asked, known: Known): void {
    const name = `${known.entry.head.variant} ${asked.key}`;
    const { policy } = asked;
    if (policy.onlyIfCached || policy.noStore || this.#isClosed) return;
    if (this.#running.has(name) || this.#running.size >= this.#options.maxBackground) return;
    // A failure is no news: what is stored stays stale, and a later request tries again or waits.
    const running = this.#confirm(asked, known)
      .catch(() => {})
      .finally(() => this.#running.delete(name));
    this.#running.set(name, running);
  }

  /** Ends what is running. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const controller of this.#controllers) controller.abort(new Error("The cache is closed."));
    await Promise.all(this.#running.values());
  }

  async #confirm(asked: Asked, known: Known): Promise<void> {
    const controller = new AbortController();
    const late = (): void => controller.abort(new Error("The origin took too long."));
    const timer = setTimeout(late, this.#options.backgroundTimeout).unref();
    this.#controllers.add(controller);
    try {
      const request = wholeRequest(asked.request);
      const exchange = await this.#asker.ask({ ...asked, request, policy: requestPolicy(request, undefined) }, known, controller, false);
      await finish(exchange, controller.signal);
    } finally {
      clearTimeout(timer);
      this.#controllers.delete(controller);
    }
  }
}

/** What asks for the response itself, whatever part or condition the client asked for. */
const wholeRequest = (request: CacheRequest): CacheRequest => {
  const headers = { ...request.headers };
  for (const name of ["range", "if-range", "if-none-match", "if-modified-since", "cache-control", "pragma"]) delete headers[name];
  return { ...request, method: "GET", headers };
};

/** Reads what goes to the store, and ends what does not. */
const finish = async (exchange: Exchange, signal: AbortSignal): Promise<void> => {
  if (exchange.kind === "passed") discard(exchange.response.body);
  if (exchange.kind !== "recorded") return;
  if (exchange.body instanceof Recording) {
    const reader = exchange.body.reader(signal)[Symbol.asyncIterator]();
    while ((await reader.next()).done !== true);
  }
  await exchange.settled;
};
