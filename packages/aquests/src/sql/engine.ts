import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Pool } from "../core/pools.ts";
import type { Runtime } from "../core/runtime.ts";
import type { SqlSettings } from "./options.ts";
import type { Dialect } from "./placeholders.ts";
import type { Given } from "./query.ts";

/** A column of a row set. */
export interface Column {
  readonly name: string;
  /** PostgreSQL: the type's OID. SQLite: the type that the table declares, null for an expression. */
  readonly type: number | string | null;
}

/** What a statement came to. */
export interface Outcome {
  readonly rows: readonly unknown[];
  readonly details: Details;
}

/** What results show as their `details`. */
export interface Details {
  readonly columns: readonly Column[];
  /** Rows that were given or changed. */
  readonly rowCount: number;
  /** `SELECT`, `INSERT`, ... */
  readonly command: string;
  /** The rowid of the last row that SQLite added. */
  readonly lastInsertRowid?: number | bigint;
}

/** Rows that are read piece by piece. */
export interface Cursor {
  /** The next rows; none at the end. */
  read(): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export type Isolation = "read committed" | "repeatable read" | "serializable";

/** How a transaction is begun. */
export interface Beginning {
  readonly isolation: Isolation | undefined;
  readonly readOnly: boolean;
}

/** One connection, held by one user until it is given back. */
export interface Session {
  /** Carries statements out, one after the other. Rejects with an AquestsError. */
  run(given: Given): Promise<Outcome>;
  begin(how: Beginning): Promise<void>;
  /** Opens a cursor; there is one at most. */
  open(given: Given, batch: number): Promise<Cursor>;
  /** Gives the connection back. Nothing is open or running. */
  release(): void;
  /** Stops what is running, undoes an open transaction and takes care that nobody gets the connection as it is. */
  destroy(reason: Error): void;
}

/** The connections to one database. */
export interface SqlPool extends Pool {
  readonly isClosed: boolean;
  /** Carries one statement out. Sets `attempt.sent`, can be stopped, and rejects with an AquestsError. */
  run(given: Given, attempt: Attempt): Promise<Outcome>;
  /** Carries statements out in one transaction. */
  batch(all: readonly Given[], attempt: Attempt): Promise<readonly Outcome[]>;
  /** A connection for one user. The attempt stops the wait for it, and then it. */
  session(attempt: Attempt, how: { readonly readOnly: boolean }): Promise<Session>;
}

/** What is different between databases. */
export interface SqlEngine {
  readonly kind: Dialect;
  /** What results show as their `version`. */
  readonly version: string;
  pool(runtime: Runtime, endpoint: Endpoint, settings: SqlSettings): SqlPool;
}
