import { ReactorError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Thread } from "./thread.ts";
import type { PinnedThread, ThreadCall } from "./types.ts";

/** A caller's hold on one thread. */
export class Pin implements PinnedThread {
  readonly run: ThreadCall;
  readonly #thread: Thread;
  readonly #letGo: (thread: Thread) => void;
  #released = false;

  /**
   * @param call makes a call, and has it carried out by this thread.
   * @param letGo told when it is released.
   */
  constructor(thread: Thread, call: (...wish: Parameters<ThreadCall>) => Call, letGo: (thread: Thread) => void) {
    this.#thread = thread;
    this.#letGo = letGo;
    thread.pins++;
    this.run = (async (...wish: Parameters<ThreadCall>) => {
      if (this.#released) throw new ReactorError("SKITAI_REACTOR_THREAD_DIED", { outcome: "it was released" });
      if (this.signal.aborted) throw this.signal.reason;
      return call(...wish).settled;
    }) as ThreadCall;
  }

  get signal(): AbortSignal {
    return this.#thread.signal;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#thread.pins--;
    this.#letGo(this.#thread);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
