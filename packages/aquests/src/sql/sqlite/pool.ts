import type { Attempt } from "../../core/attempt.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import { AquestsError } from "../../errors.ts";
import type { Outcome, Session, SqlEngine, SqlPool } from "../engine.ts";
import { databaseError } from "../faults.ts";
import { firstWord } from "../first-word.ts";
import type { SqlSettings } from "../options.ts";
import { poolOf } from "../pool-of.ts";
import type { Given } from "../query.ts";
import { Compiler } from "../statement.ts";
import { SqliteSession } from "./session.ts";
import { Slots } from "./slots.ts";
import { SqliteThread } from "./thread.ts";

/** SQLite by the package `better-sqlite3`, on threads. */
export const sqliteEngine: SqlEngine = {
  kind: "sqlite3",
  version: "SQLite",
  pool: ({ pools }, endpoint, settings) => poolOf(pools, "sqlite3", endpoint, settings, () => new SqlitePool(endpoint, settings)),
};

/** Words that statements which only read begin with; whether one does is SQLite's to say. */
const reading: ReadonlySet<string> = new Set(["SELECT", "WITH", "VALUES", "EXPLAIN"]);

/** Texts that look as if they read only, and write. */
const keptWriting = 1000;

/**
 * Threads of one file: one that writes, as SQLite allows no more, and others that read meanwhile. A file that is only read has no writer, and a
 * database in memory, which is its connection's own, has one thread for all.
 */
class SqlitePool implements SqlPool {
  readonly #compiler = new Compiler("sqlite3");
  readonly #writer: Slots;
  readonly #readers: Slots;
  readonly #writing = new Set<string>();
  readonly #active = new Set<SqliteSession>();
  /** Milliseconds; 0 where nobody holds others up, or they wait as long as it takes. */
  readonly #busyTimeout: number;
  /** The transaction that has the writer, and since when. */
  #holder: { readonly session: SqliteSession; readonly since: number } | undefined = undefined;
  /** The writer has opened the file, and made it where there was none. */
  #isMade: boolean;

  constructor({ address }: Endpoint, { poolSize, idleTimeout, busyTimeout, bigint, readOnly }: SqlSettings) {
    this.#busyTimeout = readOnly ? 0 : busyTimeout;
    const isShared = address === ":memory:";
    const slots = (most: number, isReader: boolean): Slots =>
      new Slots(
        most,
        isShared ? Infinity : idleTimeout,
        () => new SqliteThread(address, { isReader, mustExist: readOnly, busyTimeout, bigint }),
      );
    this.#isMade = readOnly || isShared || poolSize === 1;
    this.#writer = readOnly ? slots(poolSize, true) : slots(1, false);
    this.#readers = readOnly || isShared || poolSize === 1 ? this.#writer : slots(poolSize - 1, true);
  }

  get isClosed(): boolean {
    return this.#writer.isClosed;
  }

  async run(given: Given, attempt: Attempt): Promise<Outcome> {
    const mayRead = this.#readers !== this.#writer && reading.has(firstWord(given.text)) && !this.#writing.has(given.text);
    if (mayRead) {
      const outcome = await this.#with(this.#readers, attempt, (session) => session.runAlone(given, true));
      if (outcome) return outcome;
      if (this.#writing.size >= keptWriting) this.#writing.clear();
      this.#writing.add(given.text);
    }
    return (await this.#with(this.#writer, attempt, (session) => {
      attempt.sent = true;
      return session.runAlone(given, false);
    }))!;
  }

  batch(all: readonly Given[], attempt: Attempt): Promise<readonly Outcome[]> {
    return this.#with(this.#writer, attempt, (session) => {
      attempt.sent = true;
      return session.batch(all);
    });
  }

  async session(attempt: Attempt, { readOnly }: { readonly readOnly: boolean }): Promise<Session> {
    const slots = readOnly ? this.#readers : this.#writer;
    const session = await this.#hold(slots, attempt);
    attempt.sent = true;
    if (slots === this.#writer && this.#busyTimeout > 0) this.#holder = { session, since: performance.now() };
    return session;
  }

  /** Fails what is under way, and closes the file. */
  async close(): Promise<void> {
    const closing = [this.#writer.close(), this.#readers.close()];
    for (const session of this.#active) session.destroy(new AquestsError("SKITAI_AQUESTS_CLOSED"));
    await Promise.all(closing);
  }

  async #with<Value>(slots: Slots, attempt: Attempt, use: (session: SqliteSession) => Promise<Value>): Promise<Value> {
    const session = await this.#hold(slots, attempt);
    try {
      return await use(session);
    } finally {
      session.release();
    }
  }

  async #hold(slots: Slots, attempt: Attempt): Promise<SqliteSession> {
    // Readers cannot make a file.
    if (!this.#isMade && slots !== this.#writer) await this.#with(this.#writer, attempt, async () => undefined);
    throwIfOver(attempt);
    const { thread, leave } = slots.acquire();
    attempt.stopWith(leave);
    const got = await (this.#holder && slots === this.#writer ? this.#behind(thread, leave, attempt) : thread);
    if (attempt.cancelled || slots.isClosed) slots.release(got);
    throwIfOver(attempt);
    if (slots.isClosed) throw new AquestsError("SKITAI_AQUESTS_CLOSED");
    if (slots === this.#writer) this.#isMade = true;
    const session = new SqliteSession(this.#compiler, slots, got, () => this.#forget(session));
    this.#active.add(session);
    attempt.stopWith((reason) => session.destroy(reason));
    return session;
  }

  /**
   * Waits behind a transaction, which may be one that the caller has open: as long as for one of another process. To give up meanwhile says nothing of
   * the file.
   */
  async #behind(thread: Promise<SqliteThread>, leave: (reason: Error) => void, attempt: Attempt): Promise<SqliteThread> {
    attempt.stopWith((reason) =>
      leave(this.#holder ? new AquestsError("SKITAI_AQUESTS_ABORTED", { reason: held }, { cause: reason }) : reason),
    );
    const check = (): void => {
      const rest = this.#holder ? this.#holder.since + this.#busyTimeout - performance.now() : this.#busyTimeout;
      if (rest <= 0) leave(databaseError(held));
      else timer = setTimeout(check, Math.ceil(rest));
    };
    let timer = setTimeout(check, this.#busyTimeout);
    try {
      return await thread;
    } finally {
      clearTimeout(timer);
    }
  }

  #forget(session: SqliteSession): void {
    this.#active.delete(session);
    if (this.#holder?.session === session) this.#holder = undefined;
  }
}

const held = "a transaction holds the writer. Inside of it, use what its function is given.";

const throwIfOver = ({ cancelled }: Attempt): void => {
  if (cancelled) throw cancelled;
};
