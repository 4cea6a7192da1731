import type { Wac } from "@skitai/reactor";
import type { SaddleWas } from "../was/types.ts";

/** Runs before each request's handler. Anything but undefined and null is the answer, and the handler does not run. */
export type BeforeRequest = (was: SaddleWas) => unknown;

/** Runs when a handler threw. Anything but undefined and null is the answer instead of an error page. */
export type FailedRequest = (was: SaddleWas, error: unknown) => unknown;

/** Runs after a request; what it returns is ignored. */
export type AfterRequest = (was: SaddleWas) => unknown;

/** The hooks of one app around its requests, each kind in the order of registration. */
export class RequestHooks {
  readonly before: BeforeRequest[] = [];
  readonly finish: AfterRequest[] = [];
  readonly failed: FailedRequest[] = [];
  readonly teardown: AfterRequest[] = [];

  get some(): boolean {
    return this.before.length + this.finish.length + this.failed.length + this.teardown.length > 0;
  }
}

/**
 * The hooks of an app's life. They add up, and run one after the other in the order of registration; one that returns a promise is waited for.
 * One that fails in the beginning makes the start fail; at the end it is noted in the log, and stops nothing.
 */
export interface LifecycleHooks {
  /** Before the app is mounted, to register what others share: `wac.register("searcher", new Searcher())`. */
  beforeMount: (wac: Wac) => unknown;
  /** All apps are mounted; the engine is about to listen. */
  mounted: (was: SaddleWas) => unknown;
  /** After `beforeMount`, in a worker that takes the place of one that served before (after a reload, a restart or a crash). */
  beforeRemount: (wac: Wac) => unknown;
  /** After `mounted`, in such a worker. */
  remounted: (was: SaddleWas) => unknown;
  /** The engine takes no more requests. */
  beforeUmount: (was: SaddleWas) => unknown;
  /** The engine has answered its last request. */
  umounted: (wac: Wac) => unknown;
}

/** The hooks of one app's life, each kind in the order of registration. */
export type LifecycleLists = { readonly [Name in keyof LifecycleHooks]: LifecycleHooks[Name][] };

export const noLifecycleHooks = (): LifecycleLists => ({
  beforeMount: [],
  mounted: [],
  beforeRemount: [],
  remounted: [],
  beforeUmount: [],
  umounted: [],
});
