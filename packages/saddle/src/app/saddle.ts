import { join } from "node:path";
import { mountable, type Mountable, type MountSite, type NodeListener, type Size } from "@skitai/reactor";
import type { Environment } from "nunjucks";
import type { RouteCall, RouteOptions } from "../routing/options.ts";
import { compileRoute, type AnyHandler } from "../routing/route.ts";
import type { TemplateEngine } from "../template/engine.ts";
import type { JinjaOverlay } from "../template/overlay.ts";
import type { TemplateFunction } from "../template/templates.ts";
import { checkHandler, checkText } from "../internal/checks.ts";
import { buildUrl } from "../url/build-url.ts";
import { defaultConfig, type SaddleConfig } from "./config.ts";
import { HookedApp } from "./hooked-app.ts";
import { homeOf, type AppHome } from "./home.ts";
import { mountSaddle } from "./mounted-saddle.ts";
import { equip, mountPointOf, partsOf } from "./parts.ts";

// What the constructor gives each app, so that nothing is left uninitialised.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Saddle extends Mountable {}

/**
 * A web app: routes, templates, hooks. Mount it in an engine, or use it alone with {@link listener}, {@link fetch} and {@link request}.
 *
 * @example
 * const app = new Saddle(import.meta);
 * app.route("/episode/<int:id>", (was, { id }) => was.render("episode.html", { id }));
 */
export class Saddle extends HookedApp implements Mountable {
  /** Shows errors with their calls to clients, and reads templates anew for each use. @default false */
  debug = false;
  /** Asks the engine for new workers when a file beside the app changes. @default false */
  useReloader = false;
  /** The secret of this app; keep it out of the source. */
  securekey: string | undefined = undefined;
  /** One limit for all kinds of request bodies, instead of those of {@link config}. */
  maxClientBodySize: Size | undefined = undefined;
  readonly config: SaddleConfig = defaultConfig();
  /** The directory of the app. */
  readonly home: string;

  /** @param home `import.meta` of the app's file, or a directory; `templates/` and `resources/` are found there. @default the working directory */
  constructor(home?: AppHome) {
    super();
    this.home = homeOf(home);
    Object.defineProperty(this, mountable, { value: (site: MountSite) => mountSaddle(this, site) });
    equip(this, this.home);
    this.fetch = this.fetch.bind(this);
  }

  /**
   * Adds a route. The types of `<int:id>`, `<float:x>`, `<name>` and `<path:rest>` are those of the handler's second argument; where nothing is
   * declared it also holds what the query and the body give.
   *
   * Returned text is HTML; bytes, streams, (async) generators, objects with `more()`, a Fetch `Response` and `was.response(...)` are sent as
   * they are, null is 204, anything else is JSON.
   *
   * @returns the handler.
   * @throws SKITAI_SADDLE_BAD_RULE, SKITAI_SADDLE_BAD_ROUTE_OPTION, SKITAI_SADDLE_NAME_TAKEN, SKITAI_SADDLE_ROUTE_TAKEN
   * @example app.route("/add", { params: { num1: "int", num2: "int" } }, (was, { num1, num2 }) => ({ sum: num1 + num2 }));
   */
  get route(): RouteCall {
    return (rule: string, ...rest: readonly unknown[]): never => {
      const [options, handler] = rest.length > 1 ? rest : [{}, rest[0]];
      partsOf(this).routes.add(compileRoute(rule, options as RouteOptions, handler as AnyHandler));
      return handler as never;
    };
  }

  /** The URL of a route, from the mount point on; see {@link SaddleWas.ab}, which also knows what stands in front of the engine. */
  buildUrl(name: string, ...args: unknown[]): string {
    return buildUrl(partsOf(this).routes, mountPointOf(this), name, args);
  }

  /** A path below the directory `resources` of the app. @example app.getResource("db", "app.sqlite3") */
  getResource(...path: string[]): string {
    return join(this.home, "resources", ...path);
  }

  /** A function for templates; it gets `was` before what the template gives. @example app.templateGlobal("year", () => new Date().getFullYear()) */
  templateGlobal(name: string, call: TemplateFunction): this {
    checkText("name", "templateGlobal", name);
    checkHandler("templateGlobal", call);
    partsOf(this).templates.global(name, call);
    return this;
  }

  /** A filter for templates. @example app.templateFilter("reverse", (text: string) => [...text].toReversed().join("")) */
  templateFilter(name: string, call: (...args: never[]) => unknown): this {
    checkText("name", "templateFilter", name);
    checkHandler("templateFilter", call);
    partsOf(this).templates.filter(name, call);
    return this;
  }

  /** Another template language, for files of one ending. @example app.templateEngine(".pt", tal) */
  templateEngine(ending: string, engine: TemplateEngine): this {
    partsOf(this).templates.engine(ending, engine);
    return this;
  }

  /** Other delimiters for templates. Without members: statements in lines that begin with `%`, comments in those with `%%`. */
  jinjaOverlay(overlay: JinjaOverlay = {}): this {
    partsOf(this).templates.overlay(overlay);
    return this;
  }

  /** The nunjucks environment of this app, to add what it has beyond globals and filters. */
  get jinjaEnv(): Environment {
    return partsOf(this).templates.environment;
  }

  /**
   * This app as a `(req, res)` listener: `http.createServer(app.listener())`, or middleware of Express, where what it does not know goes to
   * `next`.
   *
   * @param point the prefix of the app's URLs, where the server around it does not take it off.
   */
  listener(point = "/"): NodeListener {
    return partsOf(this).standalone.listener(point);
  }

  /** This app as a fetch handler, for hosts that pass a `Request` and take a `Response`. It needs no `this`. */
  fetch(request: Request): Promise<Response> {
    return partsOf(this).standalone.request(request);
  }

  /** Answers a request in memory. @example const response = await app.request("/add?num1=1&num2=2"); */
  request(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return partsOf(this).standalone.request(input, init);
  }

  /** Ends what {@link listener}, {@link fetch} and {@link request} had started: the life-cycle hooks of the end run. */
  close(): Promise<void> {
    return partsOf(this).standalone.close();
  }
}
