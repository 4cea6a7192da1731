import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Reply } from "../core/operation.ts";
import { Result, type ResultOrigin } from "../core/result.ts";
import { AquestsError } from "../errors.ts";
import type { Beginning, Outcome, Session } from "./engine.ts";
import { badRequest } from "./faults.ts";
import { SqlOperation, type Access } from "./operation.ts";
import { readQuery, type Given, type Query, type SqlParams } from "./query.ts";

/** What happens on one connection and holds together, or not at all. Unlike elsewhere, a statement that fails rejects. */
export interface Transaction {
  /** @throws SKITAI_AQUESTS_DATABASE and its kin; what follows is refused, until the end or the end of the inner transaction */
  execute<Row = Record<string, unknown>>(query: Query<Row>, params?: SqlParams): Promise<Result<Row[]>>;
  /** For what the statement does: `data` is the number of rows that it changed. */
  do(query: Query<unknown>, params?: SqlParams): Promise<Result<number>>;
  /** A part that can fail alone: a savepoint. */
  transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value>;
}

/** Runs the work of a transaction on one connection. */
export class TransactionOperation<Value> extends SqlOperation<Value> {
  readonly method = "transaction";
  readonly #work: (tx: Transaction) => Promise<Value>;
  readonly #how: Beginning;
  /** What the work threw, as it was. */
  thrown: { readonly error: unknown } | undefined = undefined;

  constructor(access: Access, work: (tx: Transaction) => Promise<Value>, how: Beginning) {
    super(access);
    this.#work = work;
    this.#how = how;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<Value>> {
    const session = new Counted(await this.pool(endpoint).session(attempt, this.#how), attempt);
    try {
      await session.begin(this.#how);
      const origin = { method: "execute", url: this.urlAt(endpoint), node: endpoint.address, meta: noMeta };
      return this.reply(await this.#hold(new Level(session, origin, this.access.engine.version)));
    } catch (error) {
      // The program itself took the time: that says nothing of the server.
      throw attempt.cancelled && !session.wasAsked ? tookTheTime(attempt.cancelled) : error;
    } finally {
      session.release();
    }
  }

  async #hold(level: Level): Promise<Value> {
    let value: Value;
    try {
      value = await this.#work(level);
    } catch (error) {
      this.thrown = { error };
      await level.undo("ROLLBACK").catch(ignore);
      throw error;
    }
    await level.commit();
    return value;
  }
}

/** A session that knows whether it was being asked when it was stopped. */
class Counted {
  wasAsked = false;
  readonly #session: Session;
  readonly #attempt: Attempt;

  constructor(session: Session, attempt: Attempt) {
    this.#session = session;
    this.#attempt = attempt;
  }

  begin(how: Beginning): Promise<void> {
    return this.#ask(() => this.#session.begin(how));
  }

  run(given: Given): Promise<Outcome> {
    return this.#ask(() => this.#session.run(given));
  }

  release(): void {
    this.#session.release();
  }

  async #ask<Value>(ask: () => Promise<Value>): Promise<Value> {
    const before = this.#attempt.cancelled;
    try {
      return await ask();
    } catch (error) {
      if (this.#attempt.cancelled !== before) this.wasAsked = true;
      throw error;
    }
  }
}

const tookTheTime = (cause: Error): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_ABORTED", { reason: "the transaction was not over in time." }, { cause });

/** A transaction, or a savepoint in one. Both databases behave as PostgreSQL does: after a failure nothing more is carried out. */
class Level implements Transaction {
  readonly #session: Counted;
  readonly #origin: ResultOrigin;
  readonly #version: string;
  readonly #depth: number;
  #failure: Error | undefined = undefined;
  #inner = 0;
  #isOver = false;
  #isEnding = false;
  #isUndone = false;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(session: Counted, origin: ResultOrigin, version: string, depth = 0) {
    this.#session = session;
    this.#origin = origin;
    this.#version = version;
    this.#depth = depth;
  }

  execute<Row>(query: Query<Row>, params?: SqlParams): Promise<Result<Row[]>> {
    return this.#told(async () => {
      const outcome = await this.#run(readQuery(query, params));
      return this.#result("execute", outcome.rows as Row[], outcome);
    });
  }

  do(query: Query<unknown>, params?: SqlParams): Promise<Result<number>> {
    return this.#told(async () => {
      const outcome = await this.#run(readQuery(query, params));
      return this.#result("do", outcome.details.rowCount, outcome);
    });
  }

  transaction<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value> {
    return this.#told(() => this.#nest(work));
  }

  async #nest<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value> {
    const depth = this.#depth + 1;
    const savepoint = `aquests_${depth}`;
    await this.#run({ text: `SAVEPOINT ${savepoint}`, params: undefined });
    const level = new Level(this.#session, this.#origin, this.#version, depth);
    this.#inner++;
    try {
      const value = await work(level);
      await level.#settle();
      if (level.#failure !== undefined) throw level.#failure;
      await level.end(`RELEASE SAVEPOINT ${savepoint}`);
      return value;
    } catch (error) {
      await level.undo(`ROLLBACK TO SAVEPOINT ${savepoint}`).catch((failure: Error) => (this.#failure ??= failure));
      throw error;
    } finally {
      this.#inner--;
    }
  }

  /** @throws the failure that somebody caught, since nothing was kept */
  async commit(): Promise<void> {
    await this.#settle();
    if (this.#failure === undefined) {
      const { details } = await this.end("COMMIT");
      if (details.command !== "ROLLBACK") return;
      throw badRequest("the transaction had failed and was undone.");
    }
    await this.undo("ROLLBACK");
    throw this.#failure;
  }

  undo(text: string): Promise<Outcome> {
    this.#isUndone = true;
    return this.end(text);
  }

  end(text: string): Promise<Outcome> {
    this.#isOver = true;
    return this.#session.run({ text, params: undefined });
  }

  async #run(given: Given): Promise<Outcome> {
    if (this.#isOver) throw badRequest("the transaction is over.");
    if (this.#inner > 0) throw badRequest("an inner transaction is open; use what its function is given.");
    if (this.#failure !== undefined)
      throw badRequest("an earlier statement of the transaction failed; nothing more is carried out.", this.#failure);
    try {
      return await this.#session.run(given);
    } catch (error) {
      // What was never sent has done no harm.
      if (!(error instanceof AquestsError && error.code === "SKITAI_AQUESTS_BAD_REQUEST")) this.#failure ??= error as Error;
      throw error;
    }
  }

  /** What fails while nobody waits for it is told by the transaction, which fails with it, and must not end the process besides. */
  #told<Value>(ask: () => Promise<Value>): Promise<Value> {
    const asked = ask();
    this.#pending.add(asked);
    const told = new Promise<Value>((resolve, reject) => {
      asked.then(
        (value) => {
          this.#pending.delete(asked);
          resolve(value);
        },
        (error: Error) => {
          this.#pending.delete(asked);
          if (this.#isEnding) this.#failure ??= error;
          if (this.#failure !== undefined || this.#isUndone) told.catch(ignore);
          reject(error);
        },
      );
    });
    return told;
  }

  /** Waits for what the function did not wait for: nothing may be kept if that fails. */
  async #settle(): Promise<void> {
    this.#isEnding = true;
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #result<Data>(method: string, data: Data, { details }: Outcome): Result<Data> {
    const reply = {
      statusCode: 200,
      reason: "OK",
      version: this.#version,
      headers: noHeaders,
      content: noContent,
      data,
      details: details as object as Record<string, unknown>,
    };
    return new Result<Data>({ ...this.#origin, method }, reply, undefined, 3);
  }
}

const noMeta = Object.freeze({});
const noHeaders = Object.freeze({});
const noContent: Buffer = Buffer.alloc(0);
const ignore = (): void => {};
