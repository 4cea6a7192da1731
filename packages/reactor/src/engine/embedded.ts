import type { NodeListener, NodeResponse } from "../http/types.ts";
import type { RequestHandler } from "./request-handler.ts";

/** Serves from within another server. Requests that come before the engine is ready wait for it. */
export const embedded = (loading: Promise<void>, handle: RequestHandler["handle"]): NodeListener => {
  let ready = false;
  const loaded = loading.then(() => void (ready = true));
  // Told to each request that waits for it.
  loaded.catch(() => {});
  return (req, res, next) => {
    const pass = next && ((): void => next());
    if (ready) return handle(req, res, pass);
    loaded.then(
      () => handle(req, res, pass),
      (error: unknown) => (next ? next(error) : unavailable(res)),
    );
  };
};

const unavailable = (res: NodeResponse): void => {
  res.statusCode = 503;
  res.end();
};
