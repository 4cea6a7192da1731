import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { badRequest } from "../sql/faults.ts";
import type { Inserted } from "./documents.ts";
import type { MongoDriver } from "./driver.ts";
import { MongodbOperation, refusal, refusedBy, type Answer, type MongodbAccess } from "./operation.ts";
import type { MongodbPool } from "./pool.ts";
import type { Command } from "./queries.ts";

/** The largest document that MongoDB holds, in bytes. */
const largest = 16 * 1024 * 1024;
/** What goes into one command: a command is a document too. */
const portion = { bytes: 12 * 1024 * 1024, documents: 10_000 };

/** Puts documents into a collection, in several commands where they are many. */
export class InsertDocuments extends MongodbOperation<Inserted> {
  readonly #collection: string;
  readonly #documents: readonly object[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(access: MongodbAccess, collection: string, documents: readonly object[], options: Readonly<Record<string, unknown>>) {
    super(access, "insert", false);
    this.#collection = collection;
    this.#documents = documents;
    this.#options = options;
  }

  protected async ask(endpoint: Endpoint, pool: MongodbPool, attempt: Attempt): Promise<Answer<Inserted>> {
    const database = this.databaseOf(endpoint);
    const head: Command = { insert: this.#collection, ...this.#options };
    return pool.use(attempt, this.limitOf(head), async (link, signal) => {
      const identified = this.#documents.map((document) => withId(document, link.driver));
      const errors = [];
      let insertedCount = 0;
      let sent = 0;
      for (const documents of portionsOf(identified, link.driver)) {
        const reply = await this.run(link, database, this.limited({ ...head, documents }), signal);
        for (const error of refusedBy(reply)) errors.push({ ...error, index: sent + error.index });
        insertedCount += Number(reply["n"]);
        sent += documents.length;
        if (errors.length > 0 && head["ordered"] !== false) break;
      }
      if (errors.length > 0) throw refusal(errors, insertedCount);
      return { data: { insertedCount, insertedIds: identified.map((document) => Reflect.get(document, "_id") as unknown) } };
    });
  }
}

/** The user's object stays as it is. */
const withId = (document: object, { ObjectId }: MongoDriver): object =>
  Reflect.get(document, "_id") === undefined ? { ...document, _id: new ObjectId() } : document;

/** Pieces that fit into one command. */
function* portionsOf(documents: readonly object[], { BSON }: MongoDriver): Generator<readonly object[], void, void> {
  let first = 0;
  let bytes = 0;
  for (const [index, document] of documents.entries()) {
    const size = BSON.calculateObjectSize(document);
    if (size > largest) throw badRequest(`document ${index} has ${size} bytes, and MongoDB holds ${largest} in one.`);
    if (index > first && (bytes + size > portion.bytes || index - first === portion.documents)) {
      yield documents.slice(first, index);
      first = index;
      bytes = 0;
    }
    bytes += size;
  }
  yield documents.slice(first);
}
