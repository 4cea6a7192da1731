/** Draws how far something is on one line of a terminal; on anything else it draws nothing. */
export class ProgressBar {
  readonly #total: number;
  readonly #out: NodeJS.WriteStream;
  #drawnAt = 0;

  constructor(total: number, out: NodeJS.WriteStream = process.stderr) {
    this.#total = total;
    this.#out = out;
  }

  /** Draws at most ten times a second. */
  update(done: number): void {
    if (!this.#out.isTTY) return;
    const now = performance.now();
    if (done < this.#total && now - this.#drawnAt < 100) return;
    this.#drawnAt = now;
    const filled = Math.floor((30 * done) / this.#total);
    this.#out.write(`\r[${"#".repeat(filled)}${"-".repeat(30 - filled)}] ${done} of ${this.#total}`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#out.isTTY) this.#out.write("\r\x1b[2K");
  }
}
