import { ReactorError } from "../errors.ts";
import type { NodeListener, NodeResponse } from "../http/types.ts";
import type { RequestHandler } from "./request-handler.ts";

/** Serves from within other servers, for as long as its engine does. */
export class Embedding {
  readonly #handle: RequestHandler["handle"];
  readonly #underWay = new Set<NodeResponse>();
  /** One listener for all responses, which finds its response by `this`. */
  readonly #left: (this: NodeResponse) => void;
  #closed = false;
  #emptied: (() => void) | undefined;

  constructor(handle: RequestHandler["handle"]) {
    this.#handle = handle;
    const leave = (res: NodeResponse): void => this.#leave(res);
    this.#left = function (this: NodeResponse) {
      leave(this);
    };
  }

  /** Requests that come before the engine is ready wait for it. */
  listener(loading: Promise<void>): NodeListener {
    let ready = false;
    const loaded = loading.then(() => void (ready = true));
    // Told to each request that waits for it.
    loaded.catch(() => {});
    return (req, res, next) => {
      if (this.#closed) return refuse(res, next, new ReactorError("SKITAI_REACTOR_ALREADY_CLOSED"));
      this.#underWay.add(res);
      res.once("close", this.#left);
      const pass =
        next &&
        ((error?: unknown): void => {
          res.off("close", this.#left);
          this.#leave(res);
          next(error);
        });
      if (ready) return this.#handle(req, res, pass);
      loaded.then(
        () => this.#handle(req, res, pass),
        (error: unknown) => refuse(res, pass, error),
      );
    };
  }

  /** Takes no more requests; resolves when those under way are over. Their connections are the other server's. */
  close(): Promise<void> {
    this.#closed = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#emptied = resolve;
    if (this.#underWay.size === 0) resolve();
    return promise;
  }

  #leave(res: NodeResponse): void {
    this.#underWay.delete(res);
    if (this.#underWay.size === 0) this.#emptied?.();
  }
}

const refuse = (res: NodeResponse, next: ((error?: unknown) => void) | undefined, error: unknown): void => {
  if (next) return next(error);
  res.statusCode = 503;
  res.end();
};
