import { Emitter } from "../event/emitter.ts";
import { ErrorPages } from "../flow/error-pages.ts";
import { RequestHooks, type LifecycleHooks } from "../hook/hooks.ts";
import { RouteTable } from "../routing/route-table.ts";
import { Templates } from "../template/templates.ts";

/** What an app is made of; its mounts share it. */
export interface AppParts {
  readonly routes: RouteTable;
  readonly hooks: RequestHooks;
  readonly lifecycle: Partial<LifecycleHooks>;
  readonly events: Emitter;
  readonly pages: ErrorPages;
  readonly templates: Templates;
}

export const appParts = (home: string): AppParts => ({
  routes: new RouteTable(),
  hooks: new RequestHooks(),
  lifecycle: {},
  events: new Emitter(),
  pages: new ErrorPages(),
  templates: new Templates(home),
});

/** The parts of an app, for the code of this package. */
export const parts: unique symbol = Symbol("parts");
