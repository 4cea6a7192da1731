import { Was, type Plugin } from "@skitai/reactor";
import { createRuntime } from "./client/client.ts";
import type { ClientOptions } from "./client/options.ts";
import { services, type Services } from "./client/services.ts";
import type { Caller, Runtime } from "./core/runtime.ts";
import { refuseAsResponses } from "./not-response.ts";
import { StreamedPromise, type PromiseContext, type PromiseHandler } from "./promise/streamed-promise.ts";

/** What this package adds to `was`. */
export interface AquestsServices extends Services {
  /** Answers with what one handler makes of several requests; see {@link StreamedPromise}. */
  readonly promise: (handler: PromiseHandler, data?: Readonly<Record<string, unknown>>) => StreamedPromise;
}

declare module "@skitai/reactor" {
  interface WasServices extends AquestsServices {}
}

/** Options of the plugin; aliases are the engine's. */
export type AquestsOptions = Omit<ClientOptions, "aliases" | "report">;

/**
 * Gives every app of an engine the verbs: `was.get(...)`, `was.backend("@db")`, ... What an app sends belongs to the transaction of its request.
 *
 * @throws SKITAI_AQUESTS_BAD_OPTION and its kin
 * @example engine.use(aquests({ timeout: "5s" }));
 */
export const aquests = (options: AquestsOptions = {}): Plugin => {
  refuseAsResponses();
  const plugin: Plugin = (engine) => {
    const log = engine.logs.get("app");
    const report = (message: string, error: unknown): void => {
      // Where the trouble is in the code matters less than what it is.
      if (isOfCache(error)) return log.log(`${message}: ${error.message} (${error.code})`, "error");
      log.log(message, "error");
      log.log(error instanceof Error ? (error.stack ?? error.message) : String(error), "expt");
    };
    const runtime = createRuntime({ ...options, report }, engine.upstreams);
    for (const name of Object.keys(services) as (keyof Services)[])
      engine.define(name, (context) => services[name](callerOf(runtime, context)));
    engine.define(
      "promise",
      (context) => (handler: PromiseHandler, data?: Readonly<Record<string, unknown>>) =>
        new StreamedPromise(callerOf(runtime, context), promiseContext(context), handler, data),
    );
    engine.section("results", () => runtime.results.status());
    const { cache, ownsCache } = runtime.http;
    if (cache) engine.section("http-cache", () => cache.status());
    // In a worker alone. One that cannot be used has told so, and calls do without it.
    if (cache && ownsCache) engine.on("mounted", () => void cache.open().catch(() => {}));
    engine.on("closed", () => void runtime.close());
  };
  return Object.defineProperty(plugin, "name", { value: "aquests" });
};

const isOfCache = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && "code" in error && String(error.code).startsWith("SKITAI_REACTOR_CACHE_");

/** Calls of a request carry its transaction. */
const callerOf = (runtime: Runtime, context: object): Caller =>
  context instanceof Was ? { runtime, headers: () => context.transaction.outgoing() } : { runtime };

const promiseContext = (context: object): PromiseContext => {
  const render: unknown = Reflect.get(context, "render");
  return {
    render: typeof render === "function" ? (template, data) => Reflect.apply(render, context, [template, data]) as unknown : undefined,
    debug: Reflect.get(Object(Reflect.get(context, "app")), "debug") === true,
    logError: (error) => (context instanceof Was ? context.traceback(error) : undefined),
  };
};
