/**
 * One question to the origin that several wait for. Each may leave; the last one who leaves before the answer ends it.
 */
export class Flight<Result> {
  readonly #result: Promise<Result>;
  readonly #controller = new AbortController();
  readonly #unwanted: (result: Result) => void;
  #holders = 0;
  #isAnswered = false;

  /** @param unwanted gets the answer when the last holder has let go. */
  constructor(ask: (signal: AbortSignal) => Promise<Result>, unwanted: (result: Result) => void) {
    this.#unwanted = unwanted;
    this.#result = ask(this.#controller.signal).finally(() => (this.#isAnswered = true));
    this.#result.catch(ignore);
  }

  /** Ends the question for all. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Waits for the answer and holds it, until {@link release}; who does not get it holds nothing. */
  join(signal: AbortSignal | undefined): Promise<Result> {
    this.#holders++;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const leave = (): void => {
      this.release(signal?.reason);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", leave, { once: true });
    this.#result.then(
      (result) => {
        signal?.removeEventListener("abort", leave);
        resolve(result);
      },
      (error: unknown) => {
        signal?.removeEventListener("abort", leave);
        if (signal?.aborted !== true) this.#holders--;
        reject(error);
      },
    );
    return promise;
  }

  release(reason?: unknown): void {
    if (--this.#holders > 0) return;
    if (!this.#isAnswered) this.#controller.abort(reason);
    this.#result.then((result) => {
      if (this.#holders === 0) this.#unwanted(result);
    }, ignore);
  }
}

const ignore = (): void => {};
