import type { Beginning, Cursor, Outcome, Session } from "../engine.ts";
import { badRequest, leftOpen } from "../faults.ts";
import type { Given } from "../query.ts";
import { firstWord } from "../first-word.ts";
import type { Compiler } from "../statement.ts";
import type { Answer, Piece, RunOptions } from "./connection.ts";
import type { Slots } from "./slots.ts";
import type { SqliteThread } from "./thread.ts";
import { toRows, toValues } from "./values.ts";

/** Rows that travel at once: taking them in holds the loop up for a millisecond or so. */
const pieceRows = 1000;

/** A connection to SQLite that one user holds. */
export class SqliteSession implements Session {
  readonly #compiler: Compiler;
  readonly #slots: Slots;
  readonly #thread: SqliteThread;
  readonly #ended: () => void;
  /** A database in memory is gone with its thread. */
  readonly #isPrecious: boolean;
  readonly #waiting = new Set<(reason: Error) => void>();
  /** The end of what was asked for last: statements with many rows take several calls, which belong together. */
  #line: Promise<unknown> | undefined = undefined;
  #gone: Error | undefined = undefined;
  #isClean = true;

  /** @param ended told when nobody holds it any more. */
  constructor(compiler: Compiler, slots: Slots, thread: SqliteThread, ended: () => void) {
    this.#ended = ended;
    this.#compiler = compiler;
    this.#slots = slots;
    this.#thread = thread;
    this.#isPrecious = thread.path === ":memory:";
  }

  async run(given: Given): Promise<Outcome> {
    return (await this.#run(given, { onlyReads: false, inSession: true, limit: pieceRows }))!;
  }

  /** Carries out a statement that comes alone. Undefined where it would write and must not. */
  async runAlone(given: Given, onlyReads: boolean): Promise<Outcome | undefined> {
    return this.#run(given, { onlyReads, inSession: false, limit: pieceRows });
  }

  async batch(all: readonly Given[]): Promise<readonly Outcome[]> {
    const statements = all.map((given) => this.#compiler.compile(given));
    const orders = statements.map(({ text, bound }) => ({ text, values: toValues(bound) }));
    const answers = await this.#inTurn(() => this.#thread.call("batch", orders));
    return answers.map((answer, index) => outcomeOf(statements[index]!.text, answer, toRows(answer.columns, answer)));
  }

  async begin({ readOnly }: Beginning): Promise<void> {
    this.#isClean = false;
    if (readOnly) await this.#inTurn(() => this.#thread.call("onlyRead", true));
    // Who means to write waits for the others now, and not in the middle of the work, where one of two would have to fail.
    await this.run({ text: readOnly ? "BEGIN" : "BEGIN IMMEDIATE", params: undefined });
  }

  async open(given: Given, batch: number): Promise<Cursor> {
    this.#isClean = false;
    const { text, bound } = this.#compiler.compile(given);
    const options = { onlyReads: false, inSession: true, limit: batch };
    const values = toValues(bound);
    const answer = await this.#inTurn(() => this.#thread.call("run", text, values, options));
    const { columns } = answer!;
    let piece: Piece | undefined = answer;
    return {
      read: async () => {
        const rows = piece ?? (await this.#inTurn(() => this.#thread.call("next", batch)));
        piece = rows.hasMore ? undefined : end;
        return toRows(columns, rows);
      },
      close: () => this.#inTurn(() => this.#thread.call("reset")),
    };
  }

  release(): void {
    if (this.#gone) return;
    this.#gone = badRequest("the transaction is over.");
    this.#ended();
    if (this.#isClean) this.#slots.release(this.#thread);
    else void this.#restore();
  }

  destroy(reason: Error): void {
    if (this.#gone) return;
    this.#gone = reason;
    this.#ended();
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
    if (!this.#line || (this.#isPrecious && !this.#slots.isClosed)) void this.#restore();
    else this.#slots.discard(this.#thread);
  }

  async #run(given: Given, options: RunOptions): Promise<Outcome | undefined> {
    const { text, bound } = this.#compiler.compile(given);
    const values = toValues(bound);
    return this.#inTurn(async () => {
      const answer = await this.#thread.call("run", text, values, options);
      if (!answer) return undefined;
      if (answer.leftOpen) throw leftOpen();
      const rows = toRows(answer.columns, answer);
      // Piece by piece, so that the loop is free in between.
      for (let piece: Piece = answer; piece.hasMore && !this.#gone;) {
        piece = await this.#thread.call("next", pieceRows);
        for (const row of toRows(answer.columns, piece)) rows.push(row);
      }
      return outcomeOf(text, answer, rows);
    });
  }

  #inTurn<Value>(ask: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#gone) throw this.#gone;
      this.#waiting.add(reject);
      const asked = this.#line ? this.#line.then(() => (this.#gone ? Promise.reject(this.#gone) : ask())) : ask();
      const line = asked.then(resolve, reject).then(() => {
        this.#waiting.delete(reject);
        if (this.#line === line) this.#line = undefined;
      });
      this.#line = line;
    });
  }

  /** Leaves nothing open before somebody else gets the connection. */
  async #restore(): Promise<void> {
    try {
      await this.#line;
      await this.#thread.call("reset");
      this.#slots.release(this.#thread);
    } catch {
      this.#slots.discard(this.#thread);
    }
  }
}

const end: Piece = { rows: [], blobs: [], hasMore: false };

const outcomeOf = (text: string, { columns, changes, lastInsertRowid }: Answer, rows: readonly unknown[]): Outcome => ({
  rows,
  details: {
    columns,
    rowCount: columns.length > 0 && changes === 0 ? rows.length : changes,
    command: firstWord(text),
    ...(lastInsertRowid !== undefined && { lastInsertRowid }),
  },
});
