import { badRequest } from "../sql/faults.ts";
import { checkedChange, checkedCollection, checkedFilter, checkedPipeline, givenOptions } from "./checks.ts";
import type { MongodbSort } from "./documents.ts";

/** A command of MongoDB's protocol: its first name says what is to be done. */
export type Command = Readonly<Record<string, unknown>>;

// A command as the protocol has it, made of what a call was given. All throw SKITAI_AQUESTS_BAD_REQUEST and SKITAI_REACTOR_BAD_OPTION.

export const findCommand = (collection: unknown, filter: unknown = {}, options?: object): Command => {
  const { sort, ...rest } = givenOptions("find", options);
  return {
    find: checkedCollection(collection),
    filter: checkedFilter(filter),
    ...(sort !== undefined && { sort: sortOf(sort as MongodbSort) }),
    ...rest,
  };
};

export const findOneCommand = (collection: unknown, filter: unknown = {}, options?: object): Command => ({
  ...findCommand(collection, filter, givenOptions("findone", options)),
  limit: 1,
  singleBatch: true,
});

export const aggregateCommand = (collection: unknown, pipeline: unknown, options?: object): Command => {
  const { batchSize, ...rest } = givenOptions("aggregate", options);
  return {
    aggregate: checkedCollection(collection),
    pipeline: checkedPipeline(pipeline),
    cursor: batchSize === undefined ? {} : { batchSize },
    ...rest,
  };
};

/** Counts what is there, and not what the collection believes to hold. */
export const countCommand = (collection: unknown, filter: unknown = {}, options?: object): Command => {
  const { skip, limit, ...rest } = givenOptions("count", options);
  const pipeline = [
    { $match: checkedFilter(filter) },
    ...(skip === undefined ? [] : [{ $skip: skip }]),
    ...(limit === undefined ? [] : [{ $limit: limit }]),
    { $group: { _id: 1, n: { $sum: 1 } } },
  ];
  return aggregateCommand(collection, pipeline, rest);
};

export const updateCommand = (
  collection: unknown,
  filter: unknown,
  change: unknown,
  how: { multi: boolean; upsert: boolean },
  options?: object,
): Command => {
  const { arrayFilters, hint, collation, ...rest } = givenOptions("update", options);
  const update = { q: checkedFilter(filter), u: checkedChange(change), ...how, ...defined({ arrayFilters, hint, collation }) };
  return { update: checkedCollection(collection), updates: [update], ...rest };
};

export const deleteCommand = (collection: unknown, filter: unknown, limit: 0 | 1, options?: object): Command => {
  const { hint, collation, ...rest } = givenOptions("delete", options);
  return {
    delete: checkedCollection(collection),
    deletes: [{ q: checkedFilter(filter), limit, ...defined({ hint, collation }) }],
    ...rest,
  };
};

/** Any command of the user's own. */
export const ownCommand = (command: unknown): Command => {
  if (typeof command === "object" && command !== null && !Array.isArray(command) && Object.keys(command).length > 0)
    return command as Command;
  throw badRequest("a command is an object whose first name says what to do, such as { ping: 1 }.");
};

/** Whether an aggregation only reads. */
export const onlyReads = (pipeline: unknown): boolean =>
  !checkedPipeline(pipeline).some((stage) => Object.hasOwn(stage, "$out") || Object.hasOwn(stage, "$merge"));

/** The order of the fields counts, so that names which look like numbers must not come first by themselves. */
const sortOf = (sort: MongodbSort): ReadonlyMap<string, unknown> => new Map(Array.isArray(sort) ? sort : Object.entries(sort));

const defined = (values: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
