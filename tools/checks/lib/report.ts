/** Counts checks, prints a line for each, and ends with `N passed, N failed`. */
export class Report {
  #passed = 0;
  #failed = 0;

  /** Runs one check. What it throws is printed and counted; `undefined` is returned then. */
  async check<T>(title: string, body: () => T | Promise<T>): Promise<T | undefined> {
    const start = performance.now();
    try {
      const value = await body();
      this.#passed++;
      console.log(`ok    ${title} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      return value;
    } catch (error) {
      this.#failed++;
      console.log(`FAIL  ${title}\n${indent(error instanceof Error ? error.message : String(error))}`);
      return undefined;
    }
  }

  /** Prints the closing line and sets the exit code. */
  finish(): void {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    if (this.#failed > 0 || this.#passed === 0) process.exitCode = 1;
  }
}

const indent = (text: string): string => text.replace(/^/gm, "      ");
