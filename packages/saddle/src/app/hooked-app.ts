import { was as currentWas } from "@skitai/reactor";
import { SaddleError } from "../errors.ts";
import { emittingAfter, type EventHandler } from "../event/emitter.ts";
import type { SaddleEvents } from "../event/events.ts";
import type { ErrorHandler } from "../flow/error-pages.ts";
import type { AfterRequest, BeforeRequest, FailedRequest, LifecycleHooks } from "../hook/hooks.ts";
import type { SaddleWas } from "../was/types.ts";
import { parts, type AppParts } from "./parts.ts";

/** The part of an app that is about what happens around its requests and in its life. */
export abstract class HookedApp {
  // A symbol instead of a private name: a mounted app is seen through a view with the mount's preferences, which private names do not allow.
  readonly [parts]: AppParts;

  protected constructor(own: AppParts) {
    this[parts] = own;
  }

  /** Runs before each handler; an answer other than undefined and null takes its place. */
  beforeRequest(hook: BeforeRequest): this {
    this[parts].hooks.before.push(hook);
    return this;
  }

  /** Runs after each handler that did not throw. */
  finishRequest(hook: AfterRequest): this {
    this[parts].hooks.finish.push(hook);
    return this;
  }

  /** Runs when a handler threw; an answer other than undefined and null is sent instead of an error page. */
  failedRequest(hook: FailedRequest): this {
    this[parts].hooks.failed.push(hook);
    return this;
  }

  /** Runs at the end of each request, whatever happened. */
  teardownRequest(hook: AfterRequest): this {
    this[parts].hooks.teardown.push(hook);
    return this;
  }

  /** Makes the pages of one error status; see {@link ErrorHandler}. */
  errorHandler(status: number, handler: ErrorHandler): this {
    this[parts].pages.set(status, handler);
    return this;
  }

  /** Makes the pages of all errors without a handler of their own. */
  defaultErrorHandler(handler: ErrorHandler): this {
    this[parts].pages.setDefault(handler);
    return this;
  }

  /** @see {@link LifecycleHooks} */
  beforeMount(hook: LifecycleHooks["beforeMount"]): this {
    this[parts].lifecycle.beforeMount = hook;
    return this;
  }

  /** @see {@link LifecycleHooks} */
  mounted(hook: LifecycleHooks["mounted"]): this {
    this[parts].lifecycle.mounted = hook;
    return this;
  }

  /** @see {@link LifecycleHooks} */
  beforeRemount(hook: LifecycleHooks["beforeRemount"]): this {
    this[parts].lifecycle.beforeRemount = hook;
    return this;
  }

  /** @see {@link LifecycleHooks} */
  remounted(hook: LifecycleHooks["remounted"]): this {
    this[parts].lifecycle.remounted = hook;
    return this;
  }

  /** @see {@link LifecycleHooks} */
  beforeUmount(hook: LifecycleHooks["beforeUmount"]): this {
    this[parts].lifecycle.beforeUmount = hook;
    return this;
  }

  /** @see {@link LifecycleHooks} */
  umounted(hook: LifecycleHooks["umounted"]): this {
    this[parts].lifecycle.umounted = hook;
    return this;
  }

  /**
   * Handles an event of the app, of its requests and templates, or one that {@link emit} tells. A handler that fails is noted in the log and
   * stops nothing.
   */
  on<Event extends keyof SaddleEvents>(event: Event | readonly Event[], handler: (...args: SaddleEvents[Event]) => unknown): this;
  on(event: string | readonly string[], handler: (was: SaddleWas, ...args: never[]) => unknown): this;
  on(event: string | readonly string[], handler: EventHandler): this {
    for (const one of typeof event === "string" ? [event] : event) this[parts].events.on(one, handler);
    return this;
  }

  /**
   * Tells an event of your own to its handlers, which get the `was` of the request under way and `args`.
   *
   * @throws SKITAI_SADDLE_REQUEST_MISSING outside requests.
   */
  emit(event: string, ...args: unknown[]): void {
    const { events } = this[parts];
    if (!events.has(event)) return;
    if (!("req" in currentWas)) throw new SaddleError("SKITAI_SADDLE_REQUEST_MISSING", { what: `app.emit(${JSON.stringify(event)})` });
    events.emit(event, currentWas, args, (error) => currentWas.traceback(error));
  }

  /** A function that tells an event, without arguments, each time that it has returned. Its name stays, so that it can be a route's handler. */
  emitAfter<Call extends (was: SaddleWas, ...args: never[]) => unknown>(event: string, call: Call): Call {
    return emittingAfter(this[parts].events, event, call);
  }
}
