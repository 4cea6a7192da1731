import {
  bodyLimit,
  hasBody,
  readBody,
  reasonOf,
  respond,
  type Mount,
  type MountedApp,
  type MountSite,
  type Was,
  type WasClass,
} from "@skitai/reactor";
import { bodyTooLarge } from "@skitai/reactor/framework";
import { SaddleError } from "../errors.ts";
import {
  appMounted,
  appRestarted,
  appRestarting,
  appStarted,
  appStarting,
  appUnmounting,
  templateRendered,
  templateRendering,
} from "../event/events.ts";
import { RequestFlow } from "../flow/request-flow.ts";
import type { LifecycleHooks } from "../hook/hooks.ts";
import type { Endpoint } from "../routing/endpoint.ts";
import type { Route } from "../routing/route.ts";
import { malformed, slashMissing } from "../routing/router.ts";
import { buildUrlFrom } from "../url/cross-app.ts";
import { idleWas } from "../was/idle-was.ts";
import { deriveWas } from "../was/saddle-was.ts";
import { routeSlot, valuesSlot, bodySlot, type HandledWas } from "../was/slots.ts";
import type { SaddleWas } from "../was/types.ts";
import { bodyLimits, viewOf } from "./config.ts";
import { partsOf, placed, type AppParts } from "./parts.ts";
import type { Saddle } from "./saddle.ts";

/** A Saddle app in one place of an engine's mount table. */
export class MountedSaddle implements MountedApp {
  /** The app with the preferences of this mount. */
  readonly target: Saddle;
  readonly Was: WasClass;
  readonly maxPostBodySize?: number;
  readonly maxMultipartBodySize?: number;
  readonly answersExpect = true;
  readonly watch: readonly string[];
  readonly #parts: AppParts;
  readonly #site: MountSite;
  readonly #flow: RequestFlow;
  readonly #maxCacheSize: number;
  readonly #idle: SaddleWas;

  constructor(app: Saddle, site: MountSite) {
    const parts = partsOf(app);
    this.#parts = parts;
    this.#site = site;
    this.#flow = new RequestFlow(parts);
    this.target = viewOf(app, site, placed(site.point));
    const { maxCacheSize, maxPostBodySize, maxMultipartBodySize } = bodyLimits(this.target.config, this.target.maxClientBodySize);
    this.#maxCacheSize = maxCacheSize;
    if (maxPostBodySize !== undefined) this.maxPostBodySize = maxPostBodySize;
    if (maxMultipartBodySize !== undefined) this.maxMultipartBodySize = maxMultipartBodySize;
    const MountedWas = deriveWas(site.Was, {
      app: this.target,
      render: (was, template, params) => this.#render(was, template, params),
      buildUrl: (was, name, args) => buildUrlFrom(was, parts.routes, name, args),
    });
    this.Was = MountedWas;
    const mount: Mount = { point: site.point, host: site.host, name: site.name, app: this };
    this.#idle = idleWas(MountedWas, mount);
    this.watch = this.target.useReloader ? [this.target.home] : [];
  }

  /** Runs what belongs before the first request. */
  async start(): Promise<void> {
    const { wac } = this.#site;
    await this.#begin("beforeMount", wac);
    this.#emit(appStarting, wac);
    if (this.#site.successor) {
      await this.#begin("beforeRemount", wac);
      this.#emit(appRestarting, wac);
    }
    this.#emit(appStarted, wac);
    if (this.#site.successor) this.#emit(appRestarted, wac);
  }

  async mounted(): Promise<void> {
    await this.#begin("mounted", this.#idle);
    if (this.#site.successor) await this.#begin("remounted", this.#idle);
    this.#emit(appMounted, this.#idle);
  }

  async beforeUmount(): Promise<void> {
    this.#emit(appUnmounting, this.#idle);
    await this.#end("beforeUmount", this.#idle);
  }

  async umounted(): Promise<void> {
    await this.#end("umounted", this.#site.wac);
  }

  /** Tells an event of the service to the app's handlers: `(was, ...args)`, where `was` belongs to no request. */
  emit(event: string, args: readonly unknown[]): void {
    this.#emit(event, this.#idle, args);
  }

  status(): unknown {
    return { routes: this.#parts.routes.routes.map(({ rule, name, methods }) => ({ rule: rule.text, name, methods })) };
  }

  handle(engineWas: Was, pass?: () => void): void | Promise<void> {
    const was = engineWas as HandledWas;
    const { point } = this.#site;
    const found = this.#parts.routes.find(point === "" ? was.path : was.path.slice(point.length));
    if (typeof found !== "object") return this.#unfound(was, found, pass);
    const method = was.req.method!;
    const route = (method === "GET" && found.target.get) || this.#selected(was, found.target, method);
    if (!route) return;
    was[routeSlot] = route;
    was[valuesSlot] = found.values;
    if (method === "GET" || method === "HEAD" || !hasBody(was.req)) return this.#flow.run(was, route);
    return this.#withBody(was, route);
  }

  /** Path and query of the request, with the slash that the rule has. */
  #unfound(
    was: HandledWas,
    found: typeof slashMissing | typeof malformed | undefined,
    pass: (() => void) | undefined,
  ): void | Promise<void> {
    if (found === undefined) return pass ? pass() : this.#refuse(was, 404);
    if (found === malformed) return this.#refuse(was, 400, undefined, "The path is not percent-encoded as a URL should be.");
    const url = was.req.url!;
    const query = url.indexOf("?");
    const path = query < 0 ? url : url.slice(0, query);
    // What begins with two slashes, or with a backslash that browsers take for one, names another host.
    const location = `${was.outerUrl}${path}/`.replace(/^[/\\]+/, "/");
    return respond(was, 308, ["Location", location + (query < 0 ? "" : url.slice(query))], null);
  }

  /** The route for a request; undefined when it was refused, or answered as OPTIONS is. */
  #selected(was: HandledWas, endpoint: Endpoint<Route>, method: string): Route | undefined {
    if (method === "OPTIONS") return void this.#options(was, endpoint);
    const chosen = endpoint.select(method, () => was.request.getContentType());
    if (typeof chosen !== "number") return chosen;
    void this.#refuse(was, chosen, chosen === 405 ? ["Allow", endpoint.allow] : undefined);
    return undefined;
  }

  #options(was: HandledWas, endpoint: Endpoint<Route>): void {
    const wanted = was.req.headers["access-control-request-method"];
    if (wanted !== undefined && !endpoint.serves(wanted)) void this.#refuse(was, 405, ["Allow", endpoint.allow]);
    else void respond(was, 200, ["Allow", endpoint.allow], "");
  }

  #refuse(was: HandledWas, code: number, headers?: string[], message?: string): void | Promise<void> {
    return this.#flow.refuse(was, { status: { code, phrase: undefined }, headers, message });
  }

  /** Collects the body, unless the route reads it by itself or it is a form too long for memory. */
  async #withBody(was: HandledWas, route: Route): Promise<void> {
    const limit = bodyLimit(was);
    const length = Number(was.req.headers["content-length"] ?? 0);
    const collected = was.request.getMainType() === "multipart" ? Math.min(limit, this.#maxCacheSize) : limit;
    try {
      if (length > limit) throw bodyTooLarge(limit);
      if (!route.streams && length <= collected) was[bodySlot] = await readBody(was, collected);
    } catch (error) {
      return this.#flow.fail(was, error);
    }
    return this.#flow.run(was, route);
  }

  #render(was: SaddleWas, template: string, params: Readonly<Record<string, unknown>>): string {
    const { events, templates } = this.#parts;
    const failed = (error: unknown): void => was.traceback(error);
    if (events.has(templateRendering)) events.emit(templateRendering, was, [template, params], failed);
    const text = templates.render(was, template, params, this.target.debug || this.target.useReloader);
    if (events.has(templateRendered)) events.emit(templateRendered, was, [text], failed);
    return text;
  }

  /** Runs hooks of the beginning, in order. An app that could not prepare itself must not serve. @throws SKITAI_SADDLE_HOOK_FAILED */
  async #begin<Name extends keyof LifecycleHooks>(hook: Name, context: Parameters<LifecycleHooks[Name]>[0]): Promise<void> {
    try {
      for (const run of this.#hooks(hook)) await run(context);
    } catch (cause) {
      const { name, point } = this.#site;
      throw new SaddleError("SKITAI_SADDLE_HOOK_FAILED", { hook, name, point: point || "/", reason: reasonOf(cause) }, { cause });
    }
  }

  /** Runs hooks of the end, in order. One that fails is noted, and stops nothing. */
  async #end<Name extends keyof LifecycleHooks>(hook: Name, context: Parameters<LifecycleHooks[Name]>[0]): Promise<void> {
    for (const run of this.#hooks(hook)) {
      try {
        await run(context);
      } catch (error) {
        this.#idle.traceback(error, hook);
      }
    }
  }

  #hooks(hook: keyof LifecycleHooks): readonly ((context: unknown) => unknown)[] {
    return this.#parts.lifecycle[hook] as readonly ((context: unknown) => unknown)[];
  }

  #emit(event: string, context: unknown, args: readonly unknown[] = []): void {
    this.#parts.events.emit(event, context, args, (error) => this.#idle.traceback(error, event));
  }
}

/** Mounts an app: its hooks before the first request run here. */
export const mountSaddle = async (app: Saddle, site: MountSite): Promise<MountedApp> => {
  const mounted = new MountedSaddle(app, site);
  await mounted.start();
  return mounted;
};
