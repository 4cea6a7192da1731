import type { MountedApp, MountSite } from "../mount/types.ts";
import { fastifyApp } from "./fastify.ts";
import { fetchApp, fetchFunction } from "./fetch.ts";
import { koaApp } from "./koa.ts";
import { listenerApp } from "./listener.ts";
import { nestApp } from "./nest.ts";

/** Makes a {@link MountedApp} of one kind of target; undefined when the target is of another kind. */
export type ForeignAdapter = (target: object, site: MountSite) => MountedApp | undefined | Promise<MountedApp | undefined>;

/** The order matters: a Nest app is also a little of an Express app, and an Express app is a listener. */
const adapters: readonly ForeignAdapter[] = [nestApp, fastifyApp, koaApp, fetchApp, fetchFunction, listenerApp];

/**
 * Makes an app of another framework mountable. Frameworks are known by their methods and none is imported.
 *
 * | target | known by |
 * | --- | --- |
 * | Nest app | `getHttpAdapter()`, `init()`; then the Express or Fastify app inside |
 * | Fastify 5 app | `ready()`, `routing()` |
 * | Koa 3 app | `callback()`, `createContext()` |
 * | Hono, h3 2, any fetch handler | `fetch(request)`, or a function of one argument |
 * | Express 5, Connect, any `(req, res)` listener | a function |
 *
 * @returns undefined when the target is none of these.
 */
export const adaptForeign = async (target: unknown, site: MountSite): Promise<MountedApp | undefined> => {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) return undefined;
  for (const adapter of adapters) {
    const app = await adapter(target, site);
    if (app) return app;
  }
  return undefined;
};
