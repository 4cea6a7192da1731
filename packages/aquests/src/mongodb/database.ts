import type { Dispatch } from "../core/dispatch.ts";
import type { MapDispatch } from "../core/map-dispatch.ts";
import type { Operation } from "../core/operation.ts";
import { badRequest } from "../sql/faults.ts";
import { checkedCollection, givenOptions } from "./checks.ts";
import type { MongodbCursors } from "./cursor-calls.ts";
import type * as Documents from "./documents.ts";
import type { Reply } from "./driver.ts";
import { InsertDocuments } from "./inserting.ts";
import { MongodbCommand, type MongodbAccess, type Plan } from "./operation.ts";
import * as queries from "./queries.ts";
import { AllDocuments, FirstDocuments } from "./reading.ts";

type Filter = Documents.MongodbFilter;
type Change = Documents.MongodbChange;
type Sent<To extends "one" | "all", Data> = To extends "one" ? Dispatch<Data> : MapDispatch<Data>;

/** A document, where nothing is known of it. */
export type MongodbDocument = Record<string, unknown>;

/**
 * The collections of one database, or of the databases of all members of an alias. Documents are as the driver gives them: ids are its `ObjectId`, times
 * `Date`. What the server refuses gives a result with status 2 and statusCode 500, `error.cause` being the driver's error with its `code`.
 *
 * A filter made of what a user sent may hold operators: `{ password: { $ne: null } }` lets anybody in. Say `{ password: { $eq: value } }`.
 */
export interface MongodbCollections<To extends "one" | "all"> {
  /**
   * The first documents, as many as the server sends at once, or `batchSize`. Where there are more, a cursor stays open: `details` tell its `cursorId` (or
   * null), `numberReturned` and `startingFrom`; see `getMore()`.
   */
  find<T extends object = MongodbDocument>(collection: string, filter?: Filter, options?: Documents.FindOptions): Sent<To, T[]>;
  /** The first document, or null. @example (await was.mongodb("@m", "db").findone<User>("users", { name: "Ann" })).data?.age */
  findone<T extends object = MongodbDocument>(collection: string, filter?: Filter, options?: Documents.FindOneOptions): Sent<To, T | null>;
  /** All documents, which have to fit into memory. */
  findall<T extends object = MongodbDocument>(collection: string, filter?: Filter, options?: Documents.FindOptions): Sent<To, T[]>;
  /** How many documents there are. */
  count(collection: string, filter?: Filter, options?: Documents.CountOptions): Sent<To, number>;
  /** All documents that come out of a pipeline. @example was.mongodb("@m", "db").aggregate("sales", [{ $group: { _id: "$city", n: { $sum: 1 } } }]) */
  aggregate<T extends object = MongodbDocument>(
    collection: string,
    pipeline: Documents.MongodbPipeline,
    options?: Documents.AggregateOptions,
  ): Sent<To, T[]>;
  /** Puts a document, or several, into the collection. */
  insert(collection: string, documents: object | readonly object[], options?: Documents.InsertOptions): Sent<To, Documents.Inserted>;
  /** Changes all documents that the filter matches. @example update("users", { city: "Seoul" }, { $inc: { visits: 1 } }) */
  update(collection: string, filter: Filter, change: Change, options?: Documents.UpdateOptions): Sent<To, Documents.Updated>;
  /** Changes the first one. */
  updateone(collection: string, filter: Filter, change: Change, options?: Documents.UpdateOptions): Sent<To, Documents.Updated>;
  /** Changes all, or makes one if there is none. */
  upsert(collection: string, filter: Filter, change: Change, options?: Documents.UpdateOptions): Sent<To, Documents.Updated>;
  /** Changes the first one, or makes it. */
  upsertone(collection: string, filter: Filter, change: Change, options?: Documents.UpdateOptions): Sent<To, Documents.Updated>;
  /** Removes all documents that the filter matches. */
  delete(collection: string, filter: Filter, options?: Documents.DeleteOptions): Sent<To, Documents.Deleted>;
  /** Removes the first one. */
  deleteone(collection: string, filter: Filter, options?: Documents.DeleteOptions): Sent<To, Documents.Deleted>;
  /** Any command of MongoDB, for what has no method here. @example command({ createIndexes: "users", indexes: [{ key: { name: 1 }, name: "name" }] }) */
  command(command: Readonly<Record<string, unknown>>): Sent<To, Reply>;
}

/** One database, or that of a member of an alias for each call. */
export interface MongodbDatabase extends MongodbCollections<"one">, MongodbCursors {}

/** The databases of all members of an alias: each call goes to every one. */
export interface MongodbDatabases extends MongodbCollections<"all"> {}

type Send<To extends "one" | "all"> = <Data>(operation: Operation<Data>) => Sent<To, Data>;

/** The calls, sent in one way. */
export const collectionsOf = <To extends "one" | "all">(access: MongodbAccess, send: Send<To>): MongodbCollections<To> => {
  const command = <Data>(plan: Plan<Data>): Sent<To, Data> => send(new MongodbCommand(access, plan));
  const updating =
    (method: string, how: { multi: boolean; upsert: boolean }): MongodbCollections<To>["update"] =>
    (collection, filter, change, options) =>
      command({ method, command: queries.updateCommand(collection, filter, change, how, options), isReading: false, read: updated });
  const deleting =
    (method: string, limit: 0 | 1): MongodbCollections<To>["delete"] =>
    (collection, filter, options) =>
      command({
        method,
        command: queries.deleteCommand(collection, filter, limit, options),
        isReading: false,
        read: ({ n }) => ({ deletedCount: Number(n) }),
      });
  return {
    find: <T>(collection: string, filter?: Filter, options?: object) =>
      send(
        new FirstDocuments<T>(access, {
          method: "find",
          collection,
          command: queries.findCommand(collection, filter, options),
          isReading: true,
        }),
      ),
    findone: <T>(collection: string, filter?: Filter, options?: object) =>
      command<T | null>({
        method: "findone",
        command: queries.findOneCommand(collection, filter, options),
        isReading: true,
        read: (reply) => (firstOf(reply) as T | undefined) ?? null,
      }),
    findall: <T>(collection: string, filter?: Filter, options?: object) =>
      send(
        new AllDocuments<T>(access, {
          method: "findall",
          collection,
          command: queries.findCommand(collection, filter, options),
          isReading: true,
        }),
      ),
    count: (collection, filter, options) =>
      command({
        method: "count",
        command: queries.countCommand(collection, filter, options),
        isReading: true,
        read: (reply) => Number((firstOf(reply) as { n?: unknown } | undefined)?.n ?? 0),
      }),
    aggregate: <T>(collection: string, pipeline: Documents.MongodbPipeline, options?: object) =>
      send(
        new AllDocuments<T>(access, {
          method: "aggregate",
          collection,
          command: queries.aggregateCommand(collection, pipeline, options),
          isReading: queries.onlyReads(pipeline),
        }),
      ),
    insert: (collection, documents, options) => {
      const all: readonly unknown[] = Array.isArray(documents) ? documents : [documents];
      if (all.length === 0) throw badRequest("there is no document to insert.");
      if (!all.every((one) => typeof one === "object" && one !== null && !Array.isArray(one))) throw badRequest("a document is an object.");
      return send(new InsertDocuments(access, checkedCollection(collection), all as readonly object[], givenOptions("insert", options)));
    },
    update: updating("update", { multi: true, upsert: false }),
    updateone: updating("updateone", { multi: false, upsert: false }),
    upsert: updating("upsert", { multi: true, upsert: true }),
    upsertone: updating("upsertone", { multi: false, upsert: true }),
    delete: deleting("delete", 0),
    deleteone: deleting("deleteone", 1),
    command: (given) =>
      command({ method: "command", command: queries.ownCommand(given), isReading: false, isOwn: true, read: (reply) => reply }),
  };
};

const firstOf = ({ cursor }: Reply): unknown => (cursor as { readonly firstBatch: readonly unknown[] }).firstBatch[0];

const updated = ({ n, nModified, upserted }: Reply): Documents.Updated => {
  const made = (upserted as readonly { readonly _id: unknown }[] | undefined) ?? [];
  return { matchedCount: Number(n) - made.length, modifiedCount: Number(nModified), upsertedId: made[0]?._id ?? null };
};
