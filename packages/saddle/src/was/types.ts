import type { Was } from "@skitai/reactor";
import type { Saddle } from "../app/saddle.ts";
import type { SaddleRequest } from "../request/request.ts";
import type { SaddleResponse } from "../response/response.ts";
import type { Answer, Status } from "../response/answer.ts";
import type { HeadersLike } from "../response/headers.ts";

/**
 * What `was.g` holds: anything that the functions of one request hand to each other. Type its members by declaration merging.
 *
 * @example
 * declare module "@skitai/saddle" {
 *   interface WasGlobals { user: User }
 * }
 */
export interface WasGlobals {
  [name: string]: unknown;
}

/** The context of one request to a Saddle app: the engine's {@link Was}, and what belongs to web pages. */
export interface SaddleWas extends Was {
  /** The app, as it is mounted here: with the preferences of this mount. */
  readonly app: Saddle;
  readonly request: SaddleRequest;
  readonly response: SaddleResponse;
  /** Lives as long as the request; hooks, handlers and templates share it. */
  readonly g: WasGlobals;
  /** The request as CGI would tell it: `REQUEST_METHOD`, `PATH_INFO`, `HTTP_USER_AGENT`, ... Nothing of the process is in it. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Renders a template of the directory `templates`; see {@link Saddle.templateEngine}.
   *
   * @throws SKITAI_SADDLE_TEMPLATE_NOT_FOUND, SKITAI_SADDLE_TEMPLATE_FAILED
   */
  render(template: string, params?: Readonly<Record<string, unknown>>): string;
  /** Sends the client to another URL, by default with `302 Object Moved`. */
  redirect(url: string, status?: Status, body?: string, headers?: HeadersLike): Answer;
  /**
   * The URL of a route, a route of another app of the same virtual host (`"search.query"`), or a path below the mount point (`"/static/a.css"`).
   *
   * @throws SKITAI_SADDLE_ROUTE_UNKNOWN, SKITAI_SADDLE_APP_UNKNOWN, SKITAI_SADDLE_BAD_URL_ARGUMENT
   * @example was.ab("add", 10, 40) // "/add?num1=10&num2=40"
   */
  ab(name: string, ...args: unknown[]): string;
}
