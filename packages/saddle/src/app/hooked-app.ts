import { was as currentWas } from "@skitai/reactor";
import { SaddleError } from "../errors.ts";
import { emittingAfter, type EventHandler } from "../event/emitter.ts";
import type { SaddleEvents } from "../event/events.ts";
import type { ErrorHandler } from "../flow/error-pages.ts";
import type { AfterRequest, BeforeRequest, FailedRequest, LifecycleHooks } from "../hook/hooks.ts";
import type { SaddleWas } from "../was/types.ts";
import { badOption, checkHandler, checkText } from "../internal/checks.ts";
import { partsOf } from "./parts.ts";

/** The part of an app that is about what happens around its requests and in its life. */
export abstract class HookedApp {
  /** Runs before each handler; an answer other than undefined and null takes its place. */
  beforeRequest(hook: BeforeRequest): this {
    checkHandler("beforeRequest", hook);
    partsOf(this).hooks.before.push(hook);
    return this;
  }

  /** Runs after each handler that did not throw. */
  finishRequest(hook: AfterRequest): this {
    checkHandler("finishRequest", hook);
    partsOf(this).hooks.finish.push(hook);
    return this;
  }

  /** Runs when a handler threw; an answer other than undefined and null is sent instead of an error page. */
  failedRequest(hook: FailedRequest): this {
    checkHandler("failedRequest", hook);
    partsOf(this).hooks.failed.push(hook);
    return this;
  }

  /** Runs at the end of each request, whatever happened. */
  teardownRequest(hook: AfterRequest): this {
    checkHandler("teardownRequest", hook);
    partsOf(this).hooks.teardown.push(hook);
    return this;
  }

  /** Makes the pages of one error status; see {@link ErrorHandler}. */
  errorHandler(status: number, handler: ErrorHandler): this {
    if (!Number.isInteger(status) || status < 200 || status > 599)
      throw badOption("The status of app.errorHandler", status, "Use a number from 200 to 599.");
    checkHandler("errorHandler", handler);
    partsOf(this).pages.set(status, handler);
    return this;
  }

  /** Makes the pages of all errors without a handler of their own. */
  defaultErrorHandler(handler: ErrorHandler): this {
    checkHandler("defaultErrorHandler", handler);
    partsOf(this).pages.setDefault(handler);
    return this;
  }

  /** Runs before the app is mounted; several run in order, and one that fails makes the start fail. */
  beforeMount(hook: LifecycleHooks["beforeMount"]): this {
    checkHandler("beforeMount", hook);
    partsOf(this).lifecycle.beforeMount.push(hook);
    return this;
  }

  /** Runs when all apps are mounted, before the engine listens; several run in order, and one that fails makes the start fail. */
  mounted(hook: LifecycleHooks["mounted"]): this {
    checkHandler("mounted", hook);
    partsOf(this).lifecycle.mounted.push(hook);
    return this;
  }

  /** Runs after `beforeMount` in a worker that takes the place of another; several run in order, and one that fails makes the start fail. */
  beforeRemount(hook: LifecycleHooks["beforeRemount"]): this {
    checkHandler("beforeRemount", hook);
    partsOf(this).lifecycle.beforeRemount.push(hook);
    return this;
  }

  /** Runs after `mounted` in a worker that takes the place of another; several run in order, and one that fails makes the start fail. */
  remounted(hook: LifecycleHooks["remounted"]): this {
    checkHandler("remounted", hook);
    partsOf(this).lifecycle.remounted.push(hook);
    return this;
  }

  /** Runs when the engine takes no more requests; several run in order, and one that fails is noted in the log. */
  beforeUmount(hook: LifecycleHooks["beforeUmount"]): this {
    checkHandler("beforeUmount", hook);
    partsOf(this).lifecycle.beforeUmount.push(hook);
    return this;
  }

  /** Runs when the engine has answered its last request; several run in order, and one that fails is noted in the log. */
  umounted(hook: LifecycleHooks["umounted"]): this {
    checkHandler("umounted", hook);
    partsOf(this).lifecycle.umounted.push(hook);
    return this;
  }

  /**
   * Handles an event of the app, of its requests and templates, or one that {@link emit} tells. A handler that fails is noted in the log and
   * stops nothing.
   */
  on<Event extends keyof SaddleEvents>(event: Event | readonly Event[], handler: (...args: SaddleEvents[Event]) => unknown): this;
  on(event: string | readonly string[], handler: (was: SaddleWas, ...args: never[]) => unknown): this;
  on(event: string | readonly string[], handler: EventHandler): this {
    const events = Array.isArray(event) ? (event as readonly string[]) : [event as string];
    for (const one of events) checkText("event", "on", one);
    checkHandler("on", handler);
    for (const one of events) partsOf(this).events.on(one, handler);
    return this;
  }

  /**
   * Tells an event of your own to its handlers, which get the `was` of the request under way and `args`.
   *
   * @throws SKITAI_SADDLE_REQUEST_MISSING outside requests.
   */
  emit(event: string, ...args: unknown[]): void {
    const { events } = partsOf(this);
    if (!events.has(event)) return;
    if (!("req" in currentWas)) throw new SaddleError("SKITAI_SADDLE_REQUEST_MISSING", { what: `app.emit(${JSON.stringify(event)})` });
    events.emit(event, currentWas, args, (error) => currentWas.traceback(error));
  }

  /** A function that tells an event, without arguments, each time that it has returned. Its name stays, so that it can be a route's handler. */
  emitAfter<Call extends (was: SaddleWas, ...args: never[]) => unknown>(event: string, call: Call): Call {
    checkText("event", "emitAfter", event);
    checkHandler("emitAfter", call);
    return emittingAfter(partsOf(this).events, event, call);
  }
}
