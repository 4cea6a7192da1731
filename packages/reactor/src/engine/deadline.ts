/**
 * The moment at which something is over in any case. It can come nearer, never move away.
 *
 * @example
 * const deadline = new Deadline();
 * deadline.within(30_000);
 * await Promise.race([work, deadline.passed]);
 */
export class Deadline {
  /** Resolves when the moment has come, and never after {@link end}. */
  readonly passed: Promise<void>;
  readonly #pass: () => void;
  #at = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.passed = promise;
    this.#pass = resolve;
  }

  /** Milliseconds that are left; `Infinity` before the first {@link within}. */
  get left(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** Lets it come after so many milliseconds, unless it comes sooner anyway. */
  within(milliseconds: number): void {
    const at = performance.now() + milliseconds;
    if (this.#over || at >= this.#at) return;
    this.#at = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#pass, milliseconds);
  }

  /** Nobody waits for it any more. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}
