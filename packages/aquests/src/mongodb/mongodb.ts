import { waitingTime } from "@skitai/reactor";
import type { Cluster } from "@skitai/reactor/upstream";
import { begin, beginAll } from "../core/begin.ts";
import type { CallOptions, Target } from "../core/call.ts";
import type { Dispatch } from "../core/dispatch.ts";
import type { Operation } from "../core/operation.ts";
import type { Caller } from "../core/runtime.ts";
import { aliasOf, badTarget, serverEndpoint } from "../core/server.ts";
import { isAliased } from "../core/target.ts";
import { cursorsOf } from "./cursor-calls.ts";
import { collectionsOf, type MongodbDatabase, type MongodbDatabases } from "./database.ts";
import type { MongodbAccess } from "./operation.ts";
import { defaultMongodbSettings, resolveMongodbOptions, type MongodbOptions } from "./options.ts";

/** Who one is for a server. */
export type MongodbAuth = readonly [user: string, password: string];

/**
 * The collections of a database of MongoDB, or of what speaks its protocol.
 *
 * @example
 * const db = was.mongodb("@m", "shop");
 * await db.insert("users", { name: "Ann", age: 30 });
 * (await db.findone("users", { age: { $gt: 20 } })).data; // { _id: ObjectId, name: "Ann", age: 30 }
 * for await (const user of db.documents("users")) { ... }
 */
export interface MongodbVerb {
  /** A member of an alias for each call: the least busy of those that are well. @param database Default: the one in the member's address. */
  (alias: `@${string}`, database?: string, options?: MongodbOptions): MongodbDatabase;
  (alias: `@${string}`, options: MongodbOptions): MongodbDatabase;
  /**
   * One server.
   *
   * @param server `host`, `host:port` or `mongodb://user:password@host:port/database`.
   * @throws SKITAI_AQUESTS_BAD_TARGET, SKITAI_AQUESTS_BAD_OPTION
   */
  (server: string, database?: string, auth?: MongodbAuth, options?: MongodbOptions): MongodbDatabase;
  readonly lb: MongodbAliasCall<MongodbDatabase>;
  /** All members of an alias. */
  readonly map: MongodbAliasCall<MongodbDatabases>;
}

interface MongodbAliasCall<Database> {
  (alias: `@${string}`, database?: string, options?: MongodbOptions): Database;
  (alias: `@${string}`, options: MongodbOptions): Database;
}

/** Makes `mongodb`. */
export const mongodbVerb = (caller: Caller): MongodbVerb => {
  const alias = (to: "one" | "all", name: string, given?: string | MongodbOptions, more?: MongodbOptions): unknown => {
    const cluster = aliasOf(caller, "mongodb", name);
    const [database, options] = typeof given === "object" ? [undefined, given] : [given, more];
    return mongodbOfAlias(caller, cluster, to, options, database);
  };
  const one = (
    server: string,
    database?: string | MongodbOptions,
    auth?: MongodbAuth | MongodbOptions,
    options?: MongodbOptions,
  ): unknown => {
    if (typeof server === "string" && isAliased(server)) {
      if (Array.isArray(auth)) throw badTarget(server, "an alias brings its credentials along: only options may follow.");
      return alias("one", server, database, auth as MongodbOptions | undefined);
    }
    return mongodbOfServer(caller, server, database as string | undefined, auth as MongodbAuth | undefined, options);
  };
  return Object.assign(one, { lb: alias.bind(undefined, "one"), map: alias.bind(undefined, "all") }) as MongodbVerb;
};

/** A database of one server. */
export const mongodbOfServer = (
  caller: Caller,
  server: string,
  database: string | undefined,
  auth: MongodbAuth | undefined,
  options: MongodbOptions | undefined,
): MongodbDatabase => {
  const endpoint = serverEndpoint({ kind: "mongodb", server, database: checkedDatabase(database), auth });
  if (endpoint.database === undefined) throw badTarget(endpoint.address, 'name its database: mongodb("host:port", "db").');
  return databaseOf(accessOf(caller, undefined, options), endpoint, options ?? noOptions);
};

/** The databases of an alias: one of them for each call, or all. */
export const mongodbOfAlias = (
  caller: Caller,
  cluster: Cluster,
  to: "one" | "all",
  options: MongodbOptions | undefined,
  database?: string,
): MongodbDatabase | MongodbDatabases => {
  const access = accessOf(caller, checkedDatabase(database), options);
  const call = options ?? noOptions;
  if (to === "one") return databaseOf(access, cluster, call);
  return collectionsOf<"all">(access, <Data>(operation: Operation<Data>) =>
    beginAll<Data>(caller, { operation, target: cluster, options: call }),
  );
};

const noOptions: CallOptions = Object.freeze({});

const databaseOf = (access: MongodbAccess, target: Target, call: CallOptions): MongodbDatabase => {
  const send = <Data>(operation: Operation<Data>): Dispatch<Data> => begin(access.caller, { operation, target, options: call });
  return { ...collectionsOf<"one">(access, send), ...cursorsOf(access, target, call) };
};

const accessOf = (caller: Caller, database: string | undefined, options: MongodbOptions | undefined): MongodbAccess => ({
  caller,
  database,
  settings: options === undefined ? defaultMongodbSettings : resolveMongodbOptions(options),
  idempotent: options?.idempotent,
  timeout: options?.timeout === undefined ? caller.runtime.timeout : waitingTime(options.timeout, "timeout"),
});

const checkedDatabase = (database: unknown): string | undefined => {
  if (database === undefined || (typeof database === "string" && /^[^/\\. "$*<>:|?\0]+$/.test(database))) return database;
  throw badTarget(database, "the name of a database is a text without dots, slashes and blanks.");
};
