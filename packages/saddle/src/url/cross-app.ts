import { SaddleError } from "../errors.ts";
import type { RouteTable } from "../routing/route-table.ts";
import type { SaddleWas } from "../was/types.ts";
import { buildUrl } from "./build-url.ts";

/** An app of the same virtual host that can build URLs. */
interface UrlBuilder {
  buildUrl(name: string, ...args: unknown[]): string;
}

/**
 * The URL of a route as the client of a request reaches it: of this app, or, as `"search.query"`, of another one in the same virtual host.
 *
 * @throws SKITAI_SADDLE_ROUTE_UNKNOWN, SKITAI_SADDLE_APP_UNKNOWN, SKITAI_SADDLE_BAD_URL_ARGUMENT
 */
export const buildUrlFrom = (was: SaddleWas, routes: RouteTable, name: string, args: readonly unknown[]): string => {
  const dot = name.startsWith("/") ? -1 : name.indexOf(".");
  if (dot < 0) return buildUrl(routes, was.baseUrl, name, args);
  const other = was.apps[name.slice(0, dot)];
  if (!isUrlBuilder(other))
    throw new SaddleError("SKITAI_SADDLE_APP_UNKNOWN", { name: name.slice(0, dot), known: Object.keys(was.apps).join(", ") || "none" });
  // What stands in front of the engine stands in front of all its apps.
  return was.outerUrl + other.buildUrl(name.slice(dot + 1), ...args);
};

const isUrlBuilder = (app: unknown): app is UrlBuilder =>
  app !== null && typeof app === "object" && typeof (app as Partial<UrlBuilder>).buildUrl === "function";
