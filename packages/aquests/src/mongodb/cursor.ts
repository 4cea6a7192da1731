import type { MongoSession, Reply } from "./driver.ts";
import type { MongodbLink } from "./link.ts";

/** The documents that came along with a cursor, or were fetched with it. */
export type Batch = readonly unknown[];

/** A cursor at the server. As long as it is open it holds its link: its commands belong to one session. */
export class MongodbCursor {
  readonly link: MongodbLink;
  readonly collection: string;
  /** Undefined when there is no more. */
  id: string | undefined = undefined;
  /** Documents that were given so far. */
  given = 0;
  readonly #database: string;
  readonly #session: MongoSession;
  readonly #bigint: boolean;
  #isOver = false;

  constructor(link: MongodbLink, database: string, collection: string, bigint: boolean) {
    this.link = link;
    this.collection = collection;
    this.#database = database;
    this.#bigint = bigint;
    this.#session = link.client.startSession();
    link.enter();
  }

  /** Opens it with a command that answers with a cursor, and gives its first documents. */
  open(command: object, signal: AbortSignal): Promise<Batch> {
    return this.#read(command, signal);
  }

  /** The next documents; call it only where there is an {@link id}. */
  more(batchSize: number | undefined, signal: AbortSignal): Promise<Batch> {
    const getMore = this.link.driver.Long.fromString(this.id!);
    return this.#read({ getMore, collection: this.collection, ...(batchSize !== undefined && { batchSize }) }, signal);
  }

  /** Closes it, at the server too where it is still open there. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#isOver) return;
    try {
      if (this.id !== undefined) {
        const cursors = [this.link.driver.Long.fromString(this.id)];
        await this.#command({ killCursors: this.collection, cursors }, signal);
      }
    } finally {
      await this.#end();
    }
  }

  async #read(command: object, signal: AbortSignal): Promise<Batch> {
    try {
      const { cursor } = await this.#command(command, signal);
      const { id, firstBatch, nextBatch } = cursor as { id: unknown; firstBatch?: Batch; nextBatch?: Batch };
      const batch = firstBatch ?? nextBatch ?? [];
      const open = String(id);
      this.id = open === "0" ? undefined : open;
      this.given += batch.length;
      if (this.id === undefined) await this.#end();
      return batch;
    } catch (error) {
      await this.#abandon();
      throw error;
    }
  }

  #command(command: object, signal: AbortSignal): Promise<Reply> {
    return this.link.client.db(this.#database).command(command, { signal, session: this.#session, useBigInt64: this.#bigint });
  }

  /** Nobody knows what the server has done; it is told, if it can be told, that nobody asks any more. */
  async #abandon(): Promise<void> {
    if (this.id === undefined) await this.#end();
    else void this.close(AbortSignal.timeout(10_000)).catch(() => undefined);
  }

  async #end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.id = undefined;
    this.link.leave();
    await this.#session.endSession().catch(() => undefined);
  }
}
