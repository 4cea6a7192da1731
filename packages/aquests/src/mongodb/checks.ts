import { refuseUnknown } from "@skitai/reactor";
import { badRequest } from "../sql/faults.ts";
import type {
  AggregateOptions,
  CountOptions,
  DeleteOptions,
  FindOneOptions,
  FindOptions,
  InsertOptions,
  UpdateOptions,
} from "./documents.ts";

const query = { hint: true, collation: true, let: true, comment: true, maxTimeMS: true } as const;

const findOne: Readonly<Record<keyof FindOneOptions, true>> = { ...query, projection: true, sort: true, skip: true };

/** The options of each call by name. */
export const queryOptionNames: {
  readonly find: Readonly<Record<keyof FindOptions, true>>;
  readonly findone: Readonly<Record<keyof FindOneOptions, true>>;
  readonly count: Readonly<Record<keyof CountOptions, true>>;
  readonly aggregate: Readonly<Record<keyof AggregateOptions, true>>;
  readonly update: Readonly<Record<keyof UpdateOptions, true>>;
  readonly delete: Readonly<Record<keyof DeleteOptions, true>>;
  readonly insert: Readonly<Record<keyof InsertOptions, true>>;
} = {
  find: { ...findOne, limit: true, batchSize: true },
  findone: findOne,
  count: { ...query, skip: true, limit: true },
  aggregate: { ...query, batchSize: true, allowDiskUse: true },
  update: { ...query, arrayFilters: true },
  delete: query,
  insert: { ordered: true, comment: true },
};

/** The options that were given, without those that are undefined. @throws SKITAI_REACTOR_BAD_OPTION for a name that nobody reads */
export const givenOptions = (kind: keyof typeof queryOptionNames, options: object | undefined): Record<string, unknown> => {
  if (options === undefined) return {};
  refuseUnknown(`${kind}()`, options, queryOptionNames[kind]);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
};

/** @throws SKITAI_AQUESTS_BAD_REQUEST when it is no name */
export const checkedCollection = (name: unknown): string => {
  if (typeof name === "string" && name !== "" && !name.includes("\0")) return name;
  throw badRequest("the name of a collection is a text that is not empty.");
};

/**
 * A filter. `undefined` in it would be written as null, or left out, and so match more documents than anybody meant.
 *
 * @throws SKITAI_AQUESTS_BAD_REQUEST
 */
export const checkedFilter = (filter: unknown): object => {
  if (!isPlain(filter)) throw badRequest("a filter is a plain object; {} is for all documents.");
  checkDefined(filter, "the filter");
  return filter;
};

/** Changes by operators, or a pipeline. @throws SKITAI_AQUESTS_BAD_REQUEST for what would replace a whole document */
export const checkedChange = (change: unknown): object => {
  if (Array.isArray(change) && change.length > 0) return change;
  const names = isPlain(change) ? Object.keys(change) : [];
  if (names.length === 0 || !names.every((name) => name.startsWith("$")))
    throw badRequest('a change is made of operators, such as { $set: { name: "Ann" } }.');
  checkDefined(change as object, "the change");
  return change as object;
};

/** @throws SKITAI_AQUESTS_BAD_REQUEST */
export const checkedPipeline = (pipeline: unknown): readonly object[] => {
  if (Array.isArray(pipeline) && pipeline.every(isPlain)) return pipeline;
  throw badRequest("a pipeline is a list of stages, such as [{ $match: {} }].");
};

/** Plain objects are looked into; what has a class of its own is the driver's to write. */
const checkDefined = (value: object, path: string): void => {
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) throw badRequest(`${path}.${name} is undefined.`);
    if (Array.isArray(inner) || isPlain(inner)) checkDefined(inner, `${path}.${name}`);
  }
};

const isPlain = (value: unknown): value is object => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
