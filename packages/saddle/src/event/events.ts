import type { Wac } from "@skitai/reactor";
import type { SaddleWas } from "../was/types.ts";

/** The app is about to be mounted: `(wac)`. */
export const appStarting = "app:starting";
/** The app has started: `(wac)`. */
export const appStarted = "app:started";
/** The app is about to be mounted in a worker that takes the place of one that served before (after a reload, a restart or a crash): `(wac)`. */
export const appRestarting = "app:restarting";
/** The app has started in such a worker: `(wac)`. */
export const appRestarted = "app:restarted";
/** All apps of the engine are mounted: `(was)`. */
export const appMounted = "app:mounted";
/** The engine takes no more requests: `(was)`. */
export const appUnmounting = "app:umounting";
/** A request was matched to a route: `(was)`. */
export const requestStarting = "request:started";
/** A handler threw: `(was, error)`. */
export const requestFailed = "request:failed";
/** A handler returned: `(was)`. */
export const requestSuccess = "request:success";
/** The request is over, before its answer is sent: `(was)`. */
export const requestTearingDown = "request:teardown";
/** The answer was handed over for sending: `(was)`. */
export const requestFinished = "request:finished";
/** A template is about to be rendered: `(was, template, params)`. */
export const templateRendering = "template:rendering";
/** A template was rendered: `(was, text)`. */
export const templateRendered = "template:rendered";

/** The arguments of handlers of the events above; those of other events are what `emit` gives. */
export interface SaddleEvents {
  "app:starting": [wac: Wac];
  "app:started": [wac: Wac];
  "app:restarting": [wac: Wac];
  "app:restarted": [wac: Wac];
  "app:mounted": [was: SaddleWas];
  "app:umounting": [was: SaddleWas];
  "request:started": [was: SaddleWas];
  "request:failed": [was: SaddleWas, error: unknown];
  "request:success": [was: SaddleWas];
  "request:teardown": [was: SaddleWas];
  "request:finished": [was: SaddleWas];
  "template:rendering": [was: SaddleWas, template: string, params: Readonly<Record<string, unknown>>];
  "template:rendered": [was: SaddleWas, text: string];
}
