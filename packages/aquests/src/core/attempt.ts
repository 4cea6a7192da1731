/** One try of one request at one server: what a protocol tells about it, and how it is told to give up. */
export class Attempt {
  /** Set by the protocol as soon as a byte of the request may have reached the server: from then on it may have had an effect. */
  sent = false;
  /** Why to give up; undefined while the answer is still wanted. */
  cancelled: Error | undefined = undefined;
  #stop: ((reason: Error) => void) | undefined = undefined;

  /** Says what stops the attempt from now on; undefined when it is over. Called once at most. */
  stopWith(stop: ((reason: Error) => void) | undefined): void {
    this.#stop = stop;
  }

  /** Tells the protocol that nobody waits any longer. */
  cancel(reason: Error): void {
    if (this.cancelled) return;
    this.cancelled = reason;
    this.#stop?.(reason);
  }

  /** An AbortSignal that does what {@link stopWith} would, for drivers that take one. */
  signal(): AbortSignal {
    const controller = new AbortController();
    if (this.cancelled) controller.abort(this.cancelled);
    else this.stopWith((reason) => controller.abort(reason));
    return controller.signal;
  }
}
