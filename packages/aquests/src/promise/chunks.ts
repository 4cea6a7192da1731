/** Chunks from whoever has them to whoever takes them, in order: an asynchronous iterable that somebody else feeds. */
export class Chunks implements AsyncIterableIterator<string | Uint8Array> {
  readonly #chunks: (string | Uint8Array)[] = [];
  readonly #left: () => void;
  #wake: (() => void) | undefined = undefined;
  #ended = false;

  /** @param left called when the taker wants no more. */
  constructor(left: () => void) {
    this.#left = left;
  }

  push(chunk: string | Uint8Array): void {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<string | Uint8Array, undefined>> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) return { done: false, value: chunk };
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  async return(): Promise<IteratorResult<string | Uint8Array, undefined>> {
    this.#chunks.length = 0;
    this.end();
    this.#left();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
