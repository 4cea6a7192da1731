import Database from "better-sqlite3";

// This runs in a thread, and waits for SQLite as long as it takes.

/** How a file is opened. */
export interface OpenOptions {
  /** Never to be written to by this connection. */
  readonly isReader: boolean;
  /** The file must be there, and is left as it is. */
  readonly mustExist: boolean;
  /** Milliseconds. */
  readonly busyTimeout: number;
  readonly bigint: boolean;
}

/** A piece of rows as it travels between threads: values without names, which would be copied with every row. */
export interface Piece {
  readonly rows: readonly (readonly unknown[])[];
  /** Columns that hold bytes in some row. */
  readonly blobs: readonly number[];
  readonly hasMore: boolean;
}

/** What one statement came to, up to its first rows. */
export interface Answer extends Piece {
  readonly columns: readonly { readonly name: string; readonly type: string | null }[];
  readonly changes: number;
  readonly lastInsertRowid?: number | bigint;
  /** It began a transaction where none was wanted; that was undone. */
  readonly leftOpen: boolean;
}

/** Values by number or by name. */
export type Values = readonly unknown[] | Readonly<Record<string, unknown>> | undefined;

export interface RunOptions {
  /** Refuse what would write, so that it is sent to the one who may. */
  readonly onlyReads: boolean;
  /** A transaction may stay open. */
  readonly inSession: boolean;
  /** Rows of a piece. */
  readonly limit: number;
}

/** Statements that stay prepared. */
const keptStatements = 200;
/** About as many bytes go at once: more would hold the receiving thread up. */
const pieceBytes = 128 * 1024;

const nothing: Piece & Pick<Answer, "columns"> = { rows: [], blobs: [], hasMore: false, columns: [] };

/** One connection to a file. */
export class Connection {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #isReader: boolean;
  #rows: Iterator<unknown[]> | undefined = undefined;
  #counter: Database.Statement | undefined = undefined;

  constructor(path: string, { isReader, mustExist, busyTimeout, bigint }: OpenOptions) {
    this.#db = new Database(path, { timeout: busyTimeout, fileMustExist: mustExist });
    if (bigint) this.#db.defaultSafeIntegers(true);
    // Readers and the writer do not wait for each other; a file system that cannot do this says so, and the file stays as it is.
    if (!isReader && !mustExist) this.#db.pragma("journal_mode = WAL");
    this.#db.pragma("synchronous = NORMAL");
    this.#db.pragma("foreign_keys = ON");
    this.#isReader = isReader;
    this.onlyRead(isReader);
  }

  /** Undefined where the statement would write and must not. */
  run(text: string, values: Values, options: RunOptions): Answer | undefined {
    try {
      const answer = this.#run(text, values, options);
      const leftOpen = !options.inSession && !answer?.hasMore && this.#db.inTransaction;
      if (leftOpen) this.#db.exec("ROLLBACK");
      return answer && { ...answer, leftOpen };
    } catch (error) {
      if (!options.inSession) this.reset();
      throw error;
    }
  }

  /** Carries statements out in one transaction. */
  batch(all: readonly { readonly text: string; readonly values: Values }[]): readonly Answer[] {
    const options: RunOptions = { onlyReads: false, inSession: true, limit: Infinity };
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const answers = all.map(({ text, values }) => this.run(text, values, options)!);
      this.#db.exec("COMMIT");
      return answers;
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** The next rows of the statement that was run last. */
  next(limit: number): Piece {
    const rows: unknown[][] = [];
    const blobs = new Set<number>();
    const most = limit === Infinity ? Infinity : pieceBytes;
    for (let bytes = 0; rows.length < limit && bytes < most;) {
      const step = this.#rows?.next();
      if (!step || step.done) {
        this.#rows = undefined;
        return { rows, blobs: [...blobs], hasMore: false };
      }
      bytes += measure(step.value, blobs);
      rows.push(step.value);
    }
    return { rows, blobs: [...blobs], hasMore: true };
  }

  /** Leaves neither rows nor a transaction open, and is as it was. */
  reset(): void {
    this.#rows?.return?.();
    this.#rows = undefined;
    if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
    this.onlyRead(this.#isReader);
  }

  /** Whether statements that write are refused. */
  onlyRead(isRefusing: boolean): void {
    this.#db.pragma(`query_only = ${isRefusing ? "ON" : "OFF"}`);
  }

  close(): void {
    this.reset();
    this.#statements.clear();
    this.#db.close();
  }

  /** Undefined where there are several statements. */
  #prepare(text: string, values: Values): Database.Statement | undefined {
    const known = this.#statements.get(text);
    if (known) return known;
    let made: Database.Statement;
    try {
      made = this.#db.prepare(text);
    } catch (error) {
      if (error instanceof RangeError && /more than one statement/.test(error.message) && isEmpty(values)) return undefined;
      throw error;
    }
    if (this.#statements.size >= keptStatements) this.#statements.clear();
    this.#statements.set(text, made);
    return made;
  }

  #run(text: string, values: Values, { onlyReads, limit }: RunOptions): Omit<Answer, "leftOpen"> | undefined {
    const statement = this.#prepare(text, values);
    if (onlyReads && !statement?.readonly) return undefined;
    if (statement && !statement.reader) {
      const { changes, lastInsertRowid } = statement.run(...bind(values));
      return { ...nothing, changes, lastInsertRowid };
    }
    const before = statement?.readonly ? 0 : this.#changes();
    if (!statement) {
      this.#db.exec(text);
      return { ...nothing, changes: this.#changes() - before };
    }
    this.#rows = statement.raw(true).iterate(...bind(values)) as IterableIterator<unknown[]>;
    const columns = statement.columns().map(({ name, type }) => ({ name, type }));
    const piece = this.next(limit);
    return { ...piece, columns, changes: statement.readonly ? 0 : this.#changes() - before };
  }

  /** Rows that were changed since the file was opened. */
  #changes(): number {
    this.#counter ??= this.#db.prepare("SELECT total_changes()").pluck();
    return Number(this.#counter.get());
  }
}

const isEmpty = (values: Values): boolean => values === undefined || (Array.isArray(values) && values.length === 0);

/** Bytes arrive as Uint8Array, and the driver takes Buffers. */
const bind = (values: Values): unknown[] => {
  if (values === undefined) return [];
  if (Array.isArray(values)) return values.map(asBuffer);
  return [Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asBuffer(value)]))];
};

const asBuffer = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;

/** About how many bytes a row has; notes the columns that hold bytes. */
const measure = (row: readonly unknown[], blobs: Set<number>): number => {
  let bytes = 0;
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value === "string") bytes += value.length;
    else if (value instanceof Uint8Array) {
      blobs.add(i);
      bytes += value.length;
    } else bytes += 8;
  }
  return bytes;
};
