import type { SaddleWas } from "../was/types.ts";
import { isThenable } from "@skitai/reactor/framework";

/** Handles an event; `context` is `was`, or `wac` where there is no request. */
export type EventHandler = (context: never, ...args: never[]) => unknown;

/**
 * The events of one app. Handlers run at once, in the order of their registration, and one that fails stops neither the others nor the
 * caller.
 */
export class Emitter {
  readonly #handlers = new Map<string, Set<EventHandler>>();
  #watchesRequests = false;
  #ownEvents = false;

  /** Registers a handler; a second time changes nothing. */
  on(event: string, handler: EventHandler): void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers.add(handler));
    if (event.startsWith("request:")) this.#watchesRequests = true;
    else if (!/^(?:app|template):/.test(event)) this.#ownEvents = true;
  }

  has(event: string): boolean {
    return this.#handlers.has(event);
  }

  /** Whether requests have to tell what happens to them. */
  get watchesRequests(): boolean {
    return this.#watchesRequests;
  }

  /** Whether the app has events of its own, whose handlers want the request that is under way. */
  get ownEvents(): boolean {
    return this.#ownEvents;
  }

  /** @param failed is told what a handler throws, or what the promise of one is rejected with. */
  emit(event: string, context: unknown, args: readonly unknown[], failed: (error: unknown) => void): void {
    for (const handler of this.#handlers.get(event) ?? []) {
      try {
        const result: unknown = handler(context as never, ...(args as never[]));
        if (isThenable(result)) result.then(undefined, failed);
      } catch (error) {
        failed(error);
      }
    }
  }
}

/** Wraps a function so that each of its returns tells an event. */
export const emittingAfter = <Call extends (was: SaddleWas, ...args: never[]) => unknown>(
  events: Emitter,
  event: string,
  call: Call,
): Call => {
  const told = (was: SaddleWas, ...args: never[]): unknown => {
    const tell = <T>(result: T): T => {
      events.emit(event, was, [], (error) => was.traceback(error));
      return result;
    };
    const result = call(was, ...args);
    return isThenable(result) ? result.then(tell) : tell(result);
  };
  return Object.defineProperties(told, { name: { value: call.name }, length: { value: call.length } }) as Call;
};
