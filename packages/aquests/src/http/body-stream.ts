import { Readable } from "node:stream";
import type { Dispatcher } from "undici";

/** A body that is handed over while it arrives: nothing more is read from the connection than the reader takes. */
export class BodyStream extends Readable {
  readonly #controller: Dispatcher.DispatchController;
  #ended = false;

  constructor(controller: Dispatcher.DispatchController) {
    super({ highWaterMark: 65_536 });
    this.#controller = controller;
  }

  deliver(chunk: Buffer): void {
    if (!this.push(chunk)) this.#controller.pause();
  }

  finish(): void {
    this.#ended = true;
    this.push(null);
  }

  fail(error: Error): void {
    this.#ended = true;
    this.destroy(error);
  }

  override _read(): void {
    this.#controller.resume();
  }

  /** Who stops reading frees the connection. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#controller.abort(error ?? new Error("the body is no longer wanted"));
    }
    done(error);
  }
}
