import type { NodeListener } from "../http/types.ts";
import type { MountedApp } from "../mount/types.ts";
import { respondError } from "../response/error-page.ts";
import { isParting } from "../request/client-left.ts";
import { emitWith, runWith } from "../was/current.ts";
import type { Was } from "../was/was.ts";
import { descend } from "./below.ts";
import { httpErrorOf } from "./http-error.ts";
import { pinPrototypes } from "./pin-prototypes.ts";

/** Express, Connect and any other `(req, res)` or `(req, res, next)` listener. */
export const listenerApp = (target: object): MountedApp | undefined =>
  typeof target === "function" ? { target, handle: listenerHandle(target as NodeListener) } : undefined;

/** How a listener answers requests below its mount point. */
export const listenerHandle =
  (listener: NodeListener): MountedApp["handle"] =>
  (was, pass) =>
    runWith(was, () => answer(was, listener, pass));

/** Resolves when the response is over or was left to others. */
const answer = (was: Was, listener: NodeListener, pass: (() => void) | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const { req, res } = was;
    const ascend = descend(was);
    pinPrototypes(req, res);
    emitWith(was, req);
    emitWith(was, res);
    let settled = false;
    const next = (error?: unknown): void => {
      if (settled) return;
      settled = true;
      if (error) return reject(httpErrorOf(error));
      // It passed on, but answered too.
      if (res.headersSent) return;
      ascend();
      if (pass) pass();
      else respondError(was, 404);
      resolve();
    };
    let over = false;
    let thrown = false;
    res.once("close", () => {
      over = true;
      // What was thrown, or left to others, is theirs to count.
      if (!settled && !thrown && res.statusCode >= 500) was.services.failed();
      resolve();
    });
    try {
      const result: unknown = listener(req, res, next);
      if (result instanceof Promise) result.catch(fail);
    } catch (error) {
      fail(error);
    }

    function fail(error: unknown): void {
      if (isParting(was, error)) return resolve();
      // Nobody can be told any more, but the log.
      if (over) return void was.traceback(error);
      thrown = true;
      reject(httpErrorOf(error));
    }
  });
