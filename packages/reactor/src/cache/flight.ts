/**
 * One question to the origin that several wait for. Each may leave; the last one who leaves before the answer ends it.
 */
export class Flight<Result> {
  readonly #result: Promise<Result>;
  readonly #controller = new AbortController();
  readonly #unwanted: (result: Result) => void;
  #holders = 0;
  #answer: Result | undefined;
  #isOver = false;

  /** @param unwanted gets the answer when the last holder has let go. */
  constructor(ask: (controller: AbortController) => Promise<Result>, unwanted: (result: Result) => void) {
    this.#unwanted = unwanted;
    this.#result = ask(this.#controller).then((answer) => (this.#answer = answer));
    this.#result.catch(ignore).finally(() => (this.#isOver = true));
  }

  /** Undefined as long as it is not there. */
  get answer(): Result | undefined {
    return this.#answer;
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
    if (!this.#isOver) this.#controller.abort(reason);
    this.#result.then((result) => {
      if (this.#holders === 0) this.#unwanted(result);
    }, ignore);
  }
}

const ignore = (): void => {};
