/** One try of one request at one server: what a protocol tells about it, and how it is told to give up. */
export class Attempt {
  /** Set by the protocol as soon as a byte of the request may have reached the server: from then on it may have had an effect. */
  sent = false;
  /** Why to give up; undefined while the answer is still wanted. */
  cancelled: Error | undefined = undefined;
  /** Set by the protocol: what stops it. Called once at most. */
  onCancel: ((reason: Error) => void) | undefined = undefined;

  /** Tells the protocol that nobody waits any longer. */
  cancel(reason: Error): void {
    if (this.cancelled) return;
    this.cancelled = reason;
    this.onCancel?.(reason);
  }

  /** The same as an AbortSignal, for drivers that take one. */
  signal(): AbortSignal {
    const controller = new AbortController();
    if (this.cancelled) controller.abort(this.cancelled);
    const before = this.onCancel;
    this.onCancel = (reason) => {
      before?.(reason);
      controller.abort(reason);
    };
    return controller.signal;
  }
}
