// The app
export { Saddle } from "./app/saddle.ts";
export type { HookedApp } from "./app/hooked-app.ts";
export type { AppHome } from "./app/home.ts";
export type { SaddleConfig } from "./app/config.ts";

// Routes and their arguments
export type { Exactly, FileCondition, Handler, Postwork, Prework, Returned, RouteCall, RouteOptions } from "./routing/options.ts";
export type { PathArgs, RuleArgs } from "./routing/path-args.ts";
export type { HandlerArgs, ParamArgs } from "./args/param-args.ts";
export type { Params, ParamType } from "./args/params.ts";
export type { Args } from "./args/fields.ts";

// Requests and responses
export type { SaddleWas, WasGlobals } from "./was/types.ts";
export type { Routable, SaddleRequest } from "./request/request.ts";
export type { HeaderValue } from "./request/header-value.ts";
export type { SplitUri } from "./request/split-uri.ts";
export type { SaddleResponse } from "./response/response.ts";
export type { Answer, Status, StatusLine } from "./response/answer.ts";
export type { HeadersLike } from "./response/headers.ts";

// Hooks, events, error pages
export type { AfterRequest, BeforeRequest, FailedRequest, LifecycleHooks } from "./hook/hooks.ts";
export * from "./event/events.ts";
export type { EventHandler } from "./event/emitter.ts";
export type { ErrorHandler, ErrorInfo } from "./flow/error-pages.ts";

// Templates
export type { TemplateContext, TemplateEngine } from "./template/engine.ts";
export type { JinjaOverlay } from "./template/overlay.ts";
export type { TemplateFunction } from "./template/templates.ts";

// Errors
export { SaddleError, saddleErrorCodes } from "./errors.ts";
export type { SaddleErrorCode, SaddleErrorOptions } from "./errors.ts";
