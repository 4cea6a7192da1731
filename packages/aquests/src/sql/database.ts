import { refuseUnknown, waitingTime, type Duration } from "@skitai/reactor";
import type { Cluster } from "@skitai/reactor/upstream";
import { begin, beginAll } from "../core/begin.ts";
import type { CallOptions, Target } from "../core/call.ts";
import type { Dispatch } from "../core/dispatch.ts";
import type { MapDispatch } from "../core/map-dispatch.ts";
import type { Operation } from "../core/operation.ts";
import type { Isolation } from "./engine.ts";
import { badRequest } from "./faults.ts";
import { Batch, Do, Execute, type Access } from "./operation.ts";
import { sqlCallOptionNames, type SqlCallOptions } from "./options.ts";
import { readQuery, type Given, type Query, type SqlParams } from "./query.ts";
import { readRows } from "./rows.ts";
import { TransactionOperation, type Transaction } from "./transaction.ts";

/** A statement of a batch: alone, or with its values. */
export type BatchItem = Query<unknown> | readonly [query: string, params: SqlParams];

/** Statements for one database, or for all members of an alias. */
export interface Statements<Sent extends "one" | "all"> {
  /**
   * Carries a statement out. Values stand for `$1`, `$2`, ... (an array) or for `$name` (an object), in PostgreSQL and SQLite alike; SQLite's own `?`,
   * `:name` and `@name` hold as well. They are sent beside the text. Several statements at once, without values, are carried out in turn; the rows are
   * those of the last, of SQLite none.
   *
   * `data` are the rows, `details` tell `columns`, `rowCount` and `command`. What the database refuses gives a result with status 2 and
   * statusCode 500, its `error.cause` being the driver's error.
   *
   * @throws SKITAI_AQUESTS_BAD_REQUEST for what is no statement
   * @example
   * const rs = await was.postgresql("@db").execute<City>("SELECT * FROM cities WHERE name = $1", ["Seoul"]);
   * rs.data[0]?.name; // "Seoul"
   */
  execute<Row = Record<string, unknown>>(
    query: Query<Row>,
    params?: SqlParams | null,
    options?: SqlCallOptions<Row[]>,
  ): Sending<Sent, Row[]>;
  /** The same for a statement whose rows nobody wants: `data` is the number of rows that it changed. */
  do(query: Query<unknown>, params?: SqlParams | null, options?: SqlCallOptions<number>): Sending<Sent, number>;
  /**
   * Carries several statements out in one transaction and with as few ways to the server and back as can be: all of them or none. `data` are the rows
   * of each, `details.rowCounts` the numbers.
   *
   * @example await db.batch([["UPDATE a SET n = n - $1", [5]], ["UPDATE b SET n = n + $1", [5]]]).wait();
   */
  batch(statements: readonly BatchItem[], options?: SqlCallOptions<unknown[][]>): Sending<Sent, unknown[][]>;
}

type Sending<Sent extends "one" | "all", Data> = Sent extends "one" ? Dispatch<Data> : MapDispatch<Data>;

export interface TransactionOptions {
  /** What others may change meanwhile. SQLite is always serializable. @default the database's */
  isolation?: Isolation;
  /** It reads only; in SQLite it then waits for no writer. @default false */
  readOnly?: boolean;
  /** For the whole of it. @default the client's */
  timeout?: Duration;
  /** Gives it up: what was done is undone. */
  signal?: AbortSignal;
}

export interface RowsOptions {
  /** Rows that are fetched at once. @default 500 */
  batch?: number;
  /** How long to wait for each piece; the time that the program takes does not count. @default the client's */
  timeout?: Duration;
  /** Gives up. */
  signal?: AbortSignal;
}

/** One database, or the members of an alias of which each call gets one. */
export interface SqlDatabase extends Statements<"one"> {
  /**
   * Carries out what belongs together on one connection: it is kept when the function's promise resolves, and undone when it rejects, when the time is up
   * and when it is given up. A statement that fails inside rejects.
   *
   * @throws what the function throws, and the AquestsError that a call would have in its result
   * @example
   * const id = await db.transaction(async (tx) => {
   *   const { data } = await tx.execute<{ id: number }>("INSERT INTO orders (item) VALUES ($1) RETURNING id", ["tea"]);
   *   await tx.do("UPDATE stock SET n = n - 1 WHERE item = $1", ["tea"]);
   *   return data[0]!.id;
   * });
   */
  transaction<Value>(work: (tx: Transaction) => Promise<Value>, options?: TransactionOptions): Promise<Value>;
  /**
   * Reads rows piece by piece, for what is too large for the memory. One connection is held until the end, or until the loop is left.
   *
   * @throws the AquestsError that a call would have in its result
   * @example for await (const { id } of db.rows<{ id: number }>("SELECT id FROM log")) count(id);
   */
  rows<Row = Record<string, unknown>>(query: Query<Row>, params?: SqlParams | null, options?: RowsOptions): AsyncGenerator<Row, void, void>;
}

/** All members of an alias: each call goes to every one. */
export interface SqlDatabases extends Statements<"all"> {}

/** What both kinds have in common; made for each request that asks for a database, so that it is one small object. */
abstract class Sender<Sent extends "one" | "all"> implements Statements<Sent> {
  protected readonly access: Access;
  protected readonly defaults: SqlCallOptions;

  constructor(access: Access, defaults: SqlCallOptions) {
    this.access = access;
    this.defaults = defaults;
  }

  protected abstract send<Data>(operation: Operation<Data>, options: CallOptions<Data>): Sending<Sent, Data>;

  execute<Row>(query: Query<Row>, params?: SqlParams | null, options?: SqlCallOptions<Row[]>): Sending<Sent, Row[]> {
    const call = this.#complete(options);
    return this.send(new Execute(this.access, readQuery(query, params ?? undefined), call.idempotent ?? false) as Operation<Row[]>, call);
  }

  do(query: Query<unknown>, params?: SqlParams | null, options?: SqlCallOptions<number>): Sending<Sent, number> {
    const call = this.#complete(options);
    return this.send(new Do(this.access, readQuery(query, params ?? undefined), call.idempotent ?? false), call);
  }

  batch(statements: readonly BatchItem[], options?: SqlCallOptions<unknown[][]>): Sending<Sent, unknown[][]> {
    const call = this.#complete(options);
    return this.send(new Batch(this.access, statements.map(readItem), call.idempotent ?? false), call);
  }

  #complete<Data>(options: SqlCallOptions<Data> | undefined): SqlCallOptions<Data> {
    if (options === undefined) return this.defaults;
    refuseUnknown("a statement", options, sqlCallOptionNames);
    return { ...this.defaults, ...options };
  }
}

/** A database for a caller. */
export class Database extends Sender<"one"> implements SqlDatabase {
  readonly #target: Target;

  constructor(access: Access, target: Target, defaults: SqlCallOptions) {
    super(access, defaults);
    this.#target = target;
  }

  async transaction<Value>(work: (tx: Transaction) => Promise<Value>, options: TransactionOptions = {}): Promise<Value> {
    refuseUnknown("transaction", options, transactionOptionNames);
    const { isolation, readOnly = false, ...call } = options;
    if (isolation !== undefined && !isolations.has(isolation))
      throw badRequest(`there is no isolation "${isolation}": ${[...isolations].join(", ")}.`);
    const operation = new TransactionOperation(this.access, work, { isolation, readOnly });
    const { timeout, signal } = this.defaults;
    const rs = await this.send(operation, { ...(timeout !== undefined && { timeout }), ...(signal && { signal }), ...call });
    if (rs.status === 3) return rs.data;
    const { thrown } = operation;
    // What the function threw is its caller's own. What stopped it from outside tells more than what the function made of that.
    throw thrown && (rs.error === thrown.error || rs.error?.cause === thrown.error) ? thrown.error : rs.error;
  }

  rows<Row>(query: Query<Row>, params?: SqlParams | null, options: RowsOptions = {}): AsyncGenerator<Row, void, void> {
    refuseUnknown("rows", options, rowsOptionNames);
    const { batch = 500, signal = this.defaults.signal, timeout = this.defaults.timeout ?? this.access.caller.runtime.timeout } = options;
    if (!Number.isInteger(batch) || batch < 1) throw badRequest(`batch is a whole number from 1, not ${batch}.`);
    const limits = { timeout: waitingTime(timeout, "timeout"), signal };
    return readRows<Row>(this.access, this.#target, readQuery(query, params ?? undefined), batch, limits);
  }

  protected send<Data>(operation: Operation<Data>, options: CallOptions<Data>): Dispatch<Data> {
    return begin(this.access.caller, { operation, target: this.#target, options });
  }
}

/** All members of an alias for a caller. */
export class Databases extends Sender<"all"> {
  readonly #target: Cluster;

  constructor(access: Access, target: Cluster, defaults: SqlCallOptions) {
    super(access, defaults);
    this.#target = target;
  }

  protected send<Data>(operation: Operation<Data>, options: CallOptions<Data>): MapDispatch<Data> {
    return beginAll(this.access.caller, { operation, target: this.#target, options });
  }
}

const readItem = (item: BatchItem): Given => (isPair(item) ? readQuery(item[0], item[1]) : readQuery(item));

const isPair = (item: BatchItem): item is readonly [string, SqlParams] => Array.isArray(item);

const isolations: ReadonlySet<string> = new Set(["read committed", "repeatable read", "serializable"] satisfies Isolation[]);

const transactionOptionNames: Readonly<Record<keyof TransactionOptions, true>> = {
  isolation: true,
  readOnly: true,
  timeout: true,
  signal: true,
};

const rowsOptionNames: Readonly<Record<keyof RowsOptions, true>> = { batch: true, timeout: true, signal: true };
