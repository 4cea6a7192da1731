/** One file as vitest reports it (the format of istanbul), as far as lines go. */
export interface FileReport {
  path: string;
  statementMap: Record<string, { start: { line: number; column: number } }>;
  /** How often each statement ran. */
  s: Record<string, number>;
}

/** One file as a Node process reports it with `NODE_V8_COVERAGE`. Its offsets are those of the source: Node blanks types, it moves nothing. */
export interface ScriptReport {
  functions: readonly { ranges: readonly { startOffset: number; endOffset: number; count: number }[] }[];
}

/** Which lines of one file ran, in any process. */
export class LineCoverage {
  readonly #statements: readonly { line: number; offset: number }[];
  readonly #hit: Set<number>;
  readonly #length: number;

  constructor(report: FileReport, source: string) {
    const starts = [0, ...[...source.matchAll(/\n/g)].map((end) => end.index + 1)];
    const entries = Object.entries(report.statementMap);
    this.#statements = entries.map(([, { start }]) => ({ line: start.line, offset: (starts[start.line - 1] ?? 0) + start.column }));
    this.#hit = new Set(entries.filter(([id]) => (report.s[id] ?? 0) > 0).map(([, { start }]) => start.line));
    this.#length = source.length;
  }

  /** Adds what another process executed. */
  add(script: ScriptReport): void {
    // Inner ranges lie on top of outer ones, so painting them from the outside in leaves each offset with the count of its innermost range.
    const ranges = script.functions
      .flatMap((entry) => entry.ranges)
      .toSorted((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
    const ran = new Uint8Array(this.#length + 1);
    for (const range of ranges) ran.fill(range.count > 0 ? 1 : 0, range.startOffset, range.endOffset);
    for (const { line, offset } of this.#statements) if (ran[offset] === 1) this.#hit.add(line);
  }

  /** Lines that have code. */
  get total(): number {
    return new Set(this.#statements.map((statement) => statement.line)).size;
  }

  /** Lines that ran. */
  get covered(): number {
    return this.#hit.size;
  }

  /** Numbers of the lines that never ran. */
  get missed(): number[] {
    const lines = new Set(this.#statements.map((statement) => statement.line));
    return [...lines].filter((line) => !this.#hit.has(line)).toSorted((a, b) => a - b);
  }
}
