import type { EventEmitter } from "node:events";
import type { NodeListener, NodeRequest, NodeResponse } from "../http/types.ts";
import { describeError } from "../log/traceback.ts";
import type { MountedApp, MountSite } from "../mount/types.ts";
import { isParting } from "../request/client-left.ts";
import type { MountedRequest } from "./below.ts";
import { hasMethods } from "./duck.ts";
import { listenerHandle } from "./listener.ts";

interface Koa extends EventEmitter {
  callback(): NodeListener;
  createContext(req: NodeRequest, res: NodeResponse): KoaContext;
}

interface KoaContext {
  readonly req: NodeRequest;
  readonly res: NodeResponse;
  originalUrl: unknown;
  request: { originalUrl: unknown };
}

/** Koa apps. Errors that nobody else listens for go to the app log instead of the console. */
export const koaApp = (target: object, { wac }: MountSite): MountedApp | undefined => {
  if (!isKoa(target)) return undefined;
  if (target.listenerCount("error") === 0) {
    target.on("error", (error: Error & { expose?: boolean; status?: number }, context?: KoaContext) => {
      if (context && isParting(context, error)) return;
      if (error.expose !== true && error.status !== 404) wac.logger.get("app").log(describeError(error), "expt");
    });
  }
  // Koa takes `req.url` for what the client asked for. Below a mount that is `req.originalUrl`.
  const mounted: Koa = Object.create(target, {
    createContext: {
      value: (req: NodeRequest & MountedRequest, res: NodeResponse) => {
        const context = target.createContext(req, res);
        context.originalUrl = context.request.originalUrl = req.originalUrl;
        return context;
      },
    },
  }) as Koa;
  return { target, handle: listenerHandle(mounted.callback()) };
};

const isKoa = (target: object): target is Koa => hasMethods(target, "callback", "createContext", "use", "on", "listenerCount");
