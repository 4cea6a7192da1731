import { resolve } from "node:path";
import type { Cluster } from "@skitai/reactor/upstream";
import type { Endpoint } from "../core/endpoint.ts";
import type { Caller } from "../core/runtime.ts";
import { aliasOf, badTarget, serverEndpoint } from "../core/server.ts";
import { isAliased } from "../core/target.ts";
import { Database, Databases, type SqlDatabase, type SqlDatabases } from "./database.ts";
import type { SqlEngine } from "./engine.ts";
import { defaultSettings, resolveSqlOptions, type PostgresqlOptions, type SqlCallOptions, type SqliteOptions } from "./options.ts";
import type { Access } from "./operation.ts";
import type { Dialect } from "./placeholders.ts";
import { postgresqlEngine } from "./postgresql/pool.ts";
import { sqliteEngine } from "./sqlite/pool.ts";

/** Who one is for a database. */
export type SqlAuth = readonly [user: string] | readonly [user: string, password: string];

/** `was.postgresql("127.0.0.1:5432", "mydb", ["user", "password"])`, `was.postgresql("@db")`, `was.postgresql.map("@dbs")`. */
export interface PostgresqlVerb {
  /** A member of an alias for each call: the least busy of those that are well. */
  <Data = unknown>(alias: `@${string}`, options?: PostgresqlOptions<Data>): SqlDatabase;
  /**
   * One server.
   *
   * @param server `host`, `host:port` or `postgresql://user:password@host:port/database`.
   * @throws SKITAI_AQUESTS_BAD_TARGET, SKITAI_AQUESTS_BAD_OPTION
   */
  <Data = unknown>(server: string, dbname?: string, auth?: SqlAuth, options?: PostgresqlOptions<Data>): SqlDatabase;
  readonly lb: <Data = unknown>(alias: `@${string}`, options?: PostgresqlOptions<Data>) => SqlDatabase;
  /** All members of an alias. */
  readonly map: <Data = unknown>(alias: `@${string}`, options?: PostgresqlOptions<Data>) => SqlDatabases;
}

/** `was.sqlite3("./data/app.db")`, `was.sqlite3("@db")`. */
export interface SqliteVerb {
  /** @param path a file, relative to the working directory; `:memory:` for one in memory, as long as the client lives; or an alias. */
  <Data = unknown>(path: string, options?: SqliteOptions<Data>): SqlDatabase;
  readonly lb: <Data = unknown>(alias: `@${string}`, options?: SqliteOptions<Data>) => SqlDatabase;
  /** All files of an alias. */
  readonly map: <Data = unknown>(alias: `@${string}`, options?: SqliteOptions<Data>) => SqlDatabases;
}

type Options = PostgresqlOptions & SqliteOptions;

const engines: Readonly<Record<Dialect, SqlEngine>> = { postgresql: postgresqlEngine, sqlite3: sqliteEngine };

export const postgresqlVerb = (caller: Caller): PostgresqlVerb => {
  const one = (server: string, dbname?: string | Options, auth?: SqlAuth, options?: Options): SqlDatabase => {
    if (typeof server === "string" && isAliased(server))
      return sqlOfAlias(caller, "postgresql", aliasOf(caller, "postgresql", server), aliasOptions(dbname));
    return sqlOfServer(caller, "postgresql", server, dbname as string | undefined, auth, options);
  };
  return Object.assign(one, aliasVerbs(caller, "postgresql")) as PostgresqlVerb;
};

export const sqliteVerb = (caller: Caller): SqliteVerb => {
  const one = (path: string, options?: Options): SqlDatabase => {
    if (typeof path === "string" && isAliased(path)) return sqlOfAlias(caller, "sqlite3", aliasOf(caller, "sqlite3", path), options);
    return sqlOfServer(caller, "sqlite3", path, undefined, undefined, options);
  };
  return Object.assign(one, aliasVerbs(caller, "sqlite3")) as SqliteVerb;
};

/** A database of one server, or of one file. */
export const sqlOfServer = (
  caller: Caller,
  kind: Dialect,
  server: string,
  dbname: string | undefined,
  auth: SqlAuth | undefined,
  options: Options | undefined,
): SqlDatabase =>
  new Database(
    access(caller, kind, options),
    kind === "sqlite3" ? fileEndpoint(server) : serverEndpoint({ kind, server, database: dbname, auth }),
    options ?? noOptions,
  );

/** A database by its alias. */
export const sqlOfAlias = (caller: Caller, kind: Dialect, cluster: Cluster, options: Options | undefined): SqlDatabase =>
  new Database(access(caller, kind, options), cluster, options ?? noOptions);

/** All databases of an alias. */
export const sqlOfAll = (caller: Caller, kind: Dialect, cluster: Cluster, options: Options | undefined): SqlDatabases =>
  new Databases(access(caller, kind, options), cluster, options ?? noOptions);

const noOptions: SqlCallOptions = Object.freeze({});

const access = (caller: Caller, kind: Dialect, options: Options | undefined): Access => ({
  caller,
  engine: engines[kind],
  settings: options === undefined ? defaultSettings[kind] : resolveSqlOptions(kind, options),
});

const aliasVerbs = (caller: Caller, kind: Dialect): Pick<PostgresqlVerb, "lb" | "map"> => ({
  lb: (alias, options) => sqlOfAlias(caller, kind, aliasOf(caller, kind, alias), options as Options | undefined),
  map: (alias, options) => sqlOfAll(caller, kind, aliasOf(caller, kind, alias), options as Options | undefined),
});

const aliasOptions = (given: string | Options | undefined): Options | undefined => {
  if (typeof given === "string") throw badTarget(given, "an alias brings its databases along: only options may follow.");
  return given;
};

const fileEndpoint = (path: string): Endpoint => {
  if (typeof path !== "string" || path === "") throw badTarget(path, "name the path of a database file.");
  const address = path === ":memory:" ? path : resolve(path);
  return { host: "", port: 0, user: undefined, password: undefined, database: address, address, tls: false };
};
