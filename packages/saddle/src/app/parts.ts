import type { Mountable } from "@skitai/reactor";
import { Standalone } from "../alone/standalone.ts";
import { Emitter } from "../event/emitter.ts";
import { ErrorPages } from "../flow/error-pages.ts";
import { noLifecycleHooks, RequestHooks, type LifecycleLists } from "../hook/hooks.ts";
import { RouteTable } from "../routing/route-table.ts";
import { Templates } from "../template/templates.ts";

/** What an app is made of; its mounts share it. */
export interface AppParts {
  readonly routes: RouteTable;
  readonly hooks: RequestHooks;
  readonly lifecycle: LifecycleLists;
  readonly events: Emitter;
  readonly pages: ErrorPages;
  readonly templates: Templates;
  readonly standalone: Standalone;
}

// Properties with symbols instead of private names: a mounted app is seen through a view with the mount's preferences, which private names do
// not allow.
const parts: unique symbol = Symbol("parts");
const mountPoint: unique symbol = Symbol("mount point");

/** Gives a new app its parts. */
export const equip = (app: Mountable, home: string): void => {
  const own: AppParts = {
    routes: new RouteTable(),
    hooks: new RequestHooks(),
    lifecycle: noLifecycleHooks(),
    events: new Emitter(),
    pages: new ErrorPages(),
    templates: new Templates(home),
    standalone: new Standalone(app),
  };
  Object.defineProperty(app, parts, { value: own });
};

export const partsOf = (app: object): AppParts => Reflect.get(app, parts) as AppParts;

/** What a view of an app knows of its place. */
export const placed = (point: string): object => ({ [mountPoint]: point });

/** Where a view of an app is mounted; an app itself has no place. */
export const mountPointOf = (app: object): string => (Reflect.get(app, mountPoint) as string | undefined) ?? "";
