import { constants, type Http2ServerResponse } from "node:http2";
import type { NodeResponse } from "../http/types.ts";

/**
 * Whether the client of one response is still there. Everything that a stream waits for is waited for here, so that a client which goes away ends
 * the waiting at once.
 */
export class ClientWatch {
  /** The client went away before the response was complete. */
  gone: boolean;
  readonly #res: NodeResponse;
  readonly #left: () => void;
  #wake: (() => void) | undefined;

  /** @param left called once, when the client goes away. */
  constructor(res: NodeResponse, left: () => void) {
    this.#res = res;
    this.#left = left;
    this.gone = isGone(res);
    if (this.gone) left();
    else {
      res.once("close", this.#leave);
      if ("stream" in res) res.stream.once("aborted", this.#destroy);
    }
  }

  /** What the promise gives, or undefined when the client goes away or `patience` milliseconds are over. */
  until<T>(promise: T | PromiseLike<T>, patience?: number): Promise<T | undefined> {
    if (this.gone) {
      // Nobody waits for it any more, so nobody is there to catch its failure.
      Promise.resolve(promise).catch(ignore);
      return Promise.resolve(undefined);
    }
    return new Promise<T | undefined>((resolve, reject) => {
      // A busy process runs late timers first: what came in meanwhile gets its turn before patience ends.
      const timer = patience === undefined ? undefined : setTimeout(() => setImmediate(resolve, undefined), patience);
      this.#wake = () => resolve(undefined);
      Promise.resolve(promise)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  /** Waits until the client has taken what was written so far. */
  async drained(): Promise<void> {
    let drained!: () => void;
    const drain = new Promise<void>((resolve) => (drained = resolve));
    this.#res.once("drain", drained);
    await this.until(drain);
    this.#res.off("drain", drained);
  }

  /** Stops watching. */
  release(): void {
    this.#res.off("close", this.#leave);
    if ("stream" in this.#res) this.#res.stream?.off("aborted", this.#destroy);
  }

  readonly #leave = (): void => {
    this.gone = true;
    this.#left();
    this.#wake?.();
  };

  /** Node before 26 never closes a stream that the client reset without an error code. */
  readonly #destroy = (): void => {
    const { stream } = this.#res as Http2ServerResponse;
    if (stream?.rstCode === constants.NGHTTP2_NO_ERROR) stream.destroy();
  };
}

const ignore = (): void => {};

const isGone = (res: NodeResponse): boolean => ("stream" in res ? res.stream.destroyed || res.stream.closed : res.destroyed);
