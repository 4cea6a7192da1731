import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { badRequest } from "../sql/faults.ts";
import { MongodbCursor } from "./cursor.ts";
import { keyOfCommand } from "./kept-key.ts";
import { MongodbOperation, type Answer, type MongodbAccess } from "./operation.ts";
import type { MongodbPool } from "./pool.ts";
import type { Command } from "./queries.ts";

/** How documents are asked for. */
interface Reading {
  readonly method: string;
  readonly collection: string;
  readonly command: Command;
  /** False for an aggregation that writes. */
  readonly isReading: boolean;
}

/** Where a cursor is, and which it is there: what `details.cursorId` shows. */
const cursorId = (endpoint: Endpoint, id: string | undefined): string | null => (id === undefined ? null : `${endpoint.address}/${id}`);

/** What results show besides the documents. */
const detailsOf = (endpoint: Endpoint, cursor: MongodbCursor, returned: number): Readonly<Record<string, unknown>> => ({
  cursorId: cursorId(endpoint, cursor.id),
  numberReturned: returned,
  startingFrom: cursor.given - returned,
});

/** Opens a cursor and gives its first documents; the cursor stays open where there are more. */
export class FirstDocuments<Item> extends MongodbOperation<Item[]> {
  readonly #reading: Reading;

  constructor(access: MongodbAccess, reading: Reading) {
    super(access, reading.method, reading.isReading);
    this.#reading = reading;
  }

  protected async ask(endpoint: Endpoint, pool: MongodbPool, attempt: Attempt): Promise<Answer<Item[]>> {
    const { command, collection } = this.#reading;
    const database = this.databaseOf(endpoint);
    return pool.use(attempt, this.limitOf(command), async (link, signal) => {
      const cursor = new MongodbCursor(link, database, collection, pool.settings.bigint);
      const data = await cursor.open(this.limited(command), signal);
      if (cursor.id !== undefined) {
        // Nobody will learn of a cursor that comes too late.
        if (attempt.cancelled) void cursor.close(AbortSignal.timeout(10_000)).catch(() => undefined);
        else pool.cursors.keep(cursor.id, cursor);
      }
      return { data: data as Item[], details: detailsOf(endpoint, cursor, data.length) };
    });
  }
}

/** All documents at once. */
export class AllDocuments<Item> extends MongodbOperation<Item[]> {
  readonly #reading: Reading;

  constructor(access: MongodbAccess, reading: Reading) {
    super(access, reading.method, reading.isReading);
    this.#reading = reading;
  }

  protected async ask(endpoint: Endpoint, pool: MongodbPool, attempt: Attempt): Promise<Answer<Item[]>> {
    const { command, collection } = this.#reading;
    const database = this.databaseOf(endpoint);
    return pool.use(attempt, this.limitOf(command), async (link, signal) => {
      const cursor = new MongodbCursor(link, database, collection, pool.settings.bigint);
      const batches = [await cursor.open(this.limited(command), signal)];
      while (cursor.id !== undefined) batches.push(await cursor.more(undefined, signal));
      return { data: batches.length === 1 ? (batches[0] as Item[]) : (batches.flat() as Item[]) };
    });
  }

  override cacheKey(): string | undefined {
    const { command, isReading } = this.#reading;
    return isReading ? `${this.access.database ?? ""} ${this.access.settings.key} ${keyOfCommand(command)}` : undefined;
  }
}

/** The next documents of an open cursor. */
export class MoreDocuments<Item> extends MongodbOperation<Item[]> {
  readonly #id: string;
  readonly #batchSize: number | undefined;

  constructor(access: MongodbAccess, id: string, batchSize: number | undefined) {
    super({ ...access, idempotent: false }, "getMore", false);
    this.#id = id;
    this.#batchSize = batchSize;
  }

  protected async ask(endpoint: Endpoint, pool: MongodbPool, attempt: Attempt): Promise<Answer<Item[]>> {
    const id = this.#id;
    const cursor = pool.cursors.take(id);
    if (!cursor) throw badRequest("there is no such cursor: it has ended, or nobody asked for more for too long.");
    const work = async (_: unknown, signal: AbortSignal): Promise<Answer<Item[]>> => {
      const data = await cursor.more(this.#batchSize, signal);
      if (cursor.id !== undefined) pool.cursors.keep(cursor.id, cursor);
      return { data: data as Item[], details: detailsOf(endpoint, cursor, data.length) };
    };
    return pool.use(attempt, undefined, work, cursor.link);
  }
}

/** Closes open cursors: `data` is how many there were. */
export class KillCursors extends MongodbOperation<number> {
  readonly #ids: readonly string[];

  constructor(access: MongodbAccess, ids: readonly string[]) {
    super(access, "killCursors", true);
    this.#ids = ids;
  }

  protected async ask(_: Endpoint, pool: MongodbPool, attempt: Attempt): Promise<Answer<number>> {
    const cursors = this.#ids.map((id) => pool.cursors.take(id)).filter((cursor) => cursor !== undefined);
    for (const cursor of cursors) await pool.use(attempt, undefined, (_link, signal) => cursor.close(signal), cursor.link);
    return { data: cursors.length };
  }
}
