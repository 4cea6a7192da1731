// What is asked of a collection, and what it answers.

/** Conditions by field: `{ age: { $gt: 20 } }`. */
export type MongodbFilter = Readonly<Record<string, unknown>>;

/** Changes by operator, `{ $set: { name: "Ann" } }`, or a pipeline of them. */
export type MongodbChange = Readonly<Record<`$${string}`, unknown>> | readonly Readonly<Record<`$${string}`, unknown>>[];

/** The stages of an aggregation. */
export type MongodbPipeline = readonly Readonly<Record<`$${string}`, unknown>>[];

/** Fields in their order, each with 1 (upwards) or -1 (downwards). */
export type MongodbSort = Readonly<Record<string, SortOrder>> | readonly (readonly [field: string, order: SortOrder])[];
type SortOrder = 1 | -1 | { readonly $meta: string };

interface QueryOptions {
  /** The index to use, by its name or by its fields. */
  hint?: string | Readonly<Record<string, unknown>>;
  /** How texts are compared. */
  collation?: Readonly<Record<string, unknown>>;
  /** Variables for expressions. */
  let?: Readonly<Record<string, unknown>>;
  /** Stands in the logs of the server. */
  comment?: string;
  /** Milliseconds after which the server gives up. @default the time limit of the call */
  maxTimeMS?: number;
}

export interface FindOptions extends QueryOptions {
  /** Which fields are given: `{ name: 1 }`, `{ password: 0 }`. */
  projection?: Readonly<Record<string, unknown>>;
  sort?: MongodbSort;
  /** How many documents to pass over. */
  skip?: number;
  /** How many documents to give; 0 all. */
  limit?: number;
  /** How many documents come at once. @default the server's: 101, then as many as 16 MiB hold */
  batchSize?: number;
}

export type FindOneOptions = Omit<FindOptions, "limit" | "batchSize">;

export interface CountOptions extends QueryOptions {
  skip?: number;
  limit?: number;
}

export interface AggregateOptions extends QueryOptions {
  batchSize?: number;
  /** Large stages may use files. */
  allowDiskUse?: boolean;
}

export interface UpdateOptions extends QueryOptions {
  /** Which items of arrays `$[name]` stands for. */
  arrayFilters?: readonly Readonly<Record<string, unknown>>[];
}

export type DeleteOptions = QueryOptions;

export interface InsertOptions {
  /** Stop at the first document that is refused. @default true */
  ordered?: boolean;
  comment?: string;
}

/** What an insertion came to. */
export interface Inserted {
  readonly insertedCount: number;
  /** In the order of the documents. One that has none gets an `ObjectId` of the driver. */
  readonly insertedIds: readonly unknown[];
}

/** What an update came to. */
export interface Updated {
  readonly matchedCount: number;
  readonly modifiedCount: number;
  /** Of the document that an upsert has made; null where there is none. */
  readonly upsertedId: unknown;
}

/** What a deletion came to. */
export interface Deleted {
  readonly deletedCount: number;
}
