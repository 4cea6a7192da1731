/** What a reader needs of its recording. */
export interface PieceSource {
  /** The piece with that number, or how it ends; undefined when it has to arrive first. @throws what broke the body. */
  step(at: number): IteratorResult<Uint8Array, undefined> | undefined;
  /** The reader took a piece. */
  advanced(): void;
  /** The reader waits for a piece that is not there. */
  demand(): void;
  /** The reader wants no more. */
  leave(reader: RecordingReader): void;
}

/** A signal's reason may be anything. */
const rejection = async (reason: unknown): Promise<never> => {
  throw reason;
};

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** One reader of a recording, from its beginning to its end. */
export class RecordingReader implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: PieceSource;
  readonly #signal: AbortSignal | undefined;
  #at = 0;
  #isOver = false;
  #waiting: PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | undefined;

  /** @param signal ends this reader alone. */
  constructor(source: PieceSource, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** The number of the next piece that it wants. */
  get at(): number {
    return this.#at;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#waiting !== undefined) return this.#waiting.promise.then(() => this.next());
    if (this.#signal?.aborted === true) {
      this.#leave();
      return rejection(this.#signal.reason);
    }
    if (this.#isOver) return Promise.resolve(end);
    const waiting = (this.#waiting = Promise.withResolvers<IteratorResult<Uint8Array, undefined>>());
    this.wake();
    if (this.#waiting !== undefined) this.#source.demand();
    return waiting.promise;
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#leave();
    this.#settle()?.resolve(end);
    return Promise.resolve(end);
  }

  /** Something arrived. */
  wake(): void {
    if (this.#waiting === undefined) return;
    try {
      const step = this.#source.step(this.#at);
      if (step === undefined) return;
      const waiting = this.#settle();
      if (step.done === true) this.#leave();
      else {
        this.#at++;
        this.#source.advanced();
      }
      waiting?.resolve(step);
    } catch (error) {
      this.#leave();
      this.#settle()?.reject(error);
    }
  }

  #settle(): PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#source.leave(this);
  }

  readonly #abort = (): void => {
    this.#leave();
    this.#settle()?.reject(this.#signal?.reason);
  };
}
