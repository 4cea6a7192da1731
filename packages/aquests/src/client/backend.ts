import type { UpstreamKind } from "@skitai/reactor";
import type { Cluster } from "@skitai/reactor/upstream";
import { findAlias, isAliased } from "../core/target.ts";
import type { Caller } from "../core/runtime.ts";
import { AquestsError } from "../errors.ts";
import type { MongodbDatabase, MongodbDatabases } from "../mongodb/database.ts";
import { mongodbOfAlias, mongodbOfServer, type MongodbAuth } from "../mongodb/mongodb.ts";
import type { MongodbOptions } from "../mongodb/options.ts";
import type { RedisOptions } from "../redis/options.ts";
import { redisOfAlias, redisOfServer, type RedisDatabase } from "../redis/redis.ts";
import type { SqlDatabase, SqlDatabases } from "../sql/database.ts";
import type { PostgresqlOptions, SqliteOptions } from "../sql/options.ts";
import type { Dialect } from "../sql/placeholders.ts";
import { sqlOfAlias, sqlOfAll, sqlOfServer, type SqlAuth } from "../sql/verbs.ts";

/** What an alias gives, by what it speaks. */
export interface Backends {
  sql: { readonly one: SqlDatabase; readonly all: SqlDatabases; readonly options: PostgresqlOptions & SqliteOptions };
  redis: { readonly one: RedisDatabase; readonly all: RedisDatabase<"all">; readonly options: RedisOptions };
  mongodb: { readonly one: MongodbDatabase; readonly all: MongodbDatabases; readonly options: MongodbOptions };
}

/**
 * `was.backend("@db")`: the alias says what kind of server it is, so that SQLite takes the place of PostgreSQL by one changed line.
 *
 * @example was.backend("@db").execute("SELECT * FROM cities WHERE name = $1", ["Seoul"]);
 */
export interface BackendVerb {
  <Kind extends keyof Backends = "sql">(alias: `@${string}`, options?: Backends[Kind]["options"]): Backends[Kind]["one"];
  readonly lb: <Kind extends keyof Backends = "sql">(alias: `@${string}`, options?: Backends[Kind]["options"]) => Backends[Kind]["one"];
  /** All members of the alias. */
  readonly map: <Kind extends keyof Backends = "sql">(alias: `@${string}`, options?: Backends[Kind]["options"]) => Backends[Kind]["all"];
}

/** `was.db("127.0.0.1:5432", "mydb", ["user", "password"], { dbtype: DB_PGSQL })`; with an alias the same as {@link BackendVerb}. */
export interface DbVerb extends BackendVerb {
  /** @throws SKITAI_AQUESTS_BAD_OPTION for a `dbtype` that is none */
  <Kind extends keyof Backends = "sql">(
    server: string,
    dbname: string | undefined,
    auth: SqlAuth | undefined,
    options: Backends[Kind]["options"] & { readonly dbtype: string },
  ): Backends[Kind]["one"];
}

/** How databases of one kind are opened; options are checked there. */
interface Opener {
  server(caller: Caller, server: string, dbname: string | undefined, auth: SqlAuth | undefined, options: object): unknown;
  one(caller: Caller, cluster: Cluster, options: object | undefined): unknown;
  all(caller: Caller, cluster: Cluster, options: object | undefined): unknown;
}

const sql = (kind: Dialect): Opener => ({
  server: (caller, server, dbname, auth, options) => sqlOfServer(caller, kind, server, dbname, auth, options),
  one: (caller, cluster, options) => sqlOfAlias(caller, kind, cluster, options),
  all: (caller, cluster, options) => sqlOfAll(caller, kind, cluster, options),
});

const redis: Opener = {
  server: (caller, server, dbname, auth, options) => redisOfServer(caller, server, dbname, auth, options),
  one: (caller, cluster, options) => redisOfAlias(caller, cluster, "one", options),
  all: (caller, cluster, options) => redisOfAlias(caller, cluster, "all", options),
};

const mongodb: Opener = {
  server: (caller, server, dbname, auth, options) => mongodbOfServer(caller, server, dbname, auth as MongodbAuth | undefined, options),
  one: (caller, cluster, options) => mongodbOfAlias(caller, cluster, "one", options),
  all: (caller, cluster, options) => mongodbOfAlias(caller, cluster, "all", options),
};

/** The one table of kinds: what stands here can be a backend. */
const openers: Readonly<Partial<Record<UpstreamKind, Opener>>> = {
  postgresql: sql("postgresql"),
  sqlite3: sql("sqlite3"),
  redis,
  mongodb,
};

const kinds = Object.keys(openers) as UpstreamKind[];

/** Names of kinds that `dbtype` takes besides their own; the constants `DB_*` have a star in front. */
const otherNames: Readonly<Record<string, UpstreamKind>> = { pgsql: "postgresql", postgres: "postgresql", sqlite: "sqlite3" };

export const backendVerb = (caller: Caller): BackendVerb => {
  const lb = (alias: string, options?: object): unknown => {
    const { cluster, opener } = find(caller, alias);
    return opener.one(caller, cluster, options);
  };
  const map = (alias: string, options?: object): unknown => {
    const { cluster, opener } = find(caller, alias);
    return opener.all(caller, cluster, options);
  };
  return Object.assign((alias: string, options?: object) => lb(alias, options), { lb, map }) as BackendVerb;
};

export const dbVerb = (caller: Caller): DbVerb => {
  const { lb, map } = backendVerb(caller);
  const open = (server: string, dbname?: string | object, auth?: SqlAuth, options?: { readonly dbtype?: string }): unknown => {
    if (typeof server === "string" && isAliased(server)) return lb(server as `@${string}`, dbname as Parameters<typeof lb>[1]);
    const { dbtype, ...rest } = options ?? {};
    return openerOf(dbtype).server(caller, server, dbname as string | undefined, auth, rest);
  };
  return Object.assign(open, { lb, map }) as DbVerb;
};

const find = ({ runtime }: Caller, alias: string): { readonly cluster: Cluster; readonly opener: Opener } => {
  if (typeof alias !== "string" || !isAliased(alias))
    throw new AquestsError("SKITAI_AQUESTS_BAD_TARGET", { value: alias, hint: "name an alias, with @ in front." });
  const { cluster } = findAlias(runtime, alias, kinds, "backend");
  return { cluster, opener: openers[cluster.kind]! };
};

const openerOf = (dbtype: string | undefined): Opener => {
  const name = String(dbtype).replace(/^\*/, "").toLowerCase();
  const kind = Object.hasOwn(otherNames, name) ? otherNames[name]! : name;
  const opener = Object.hasOwn(openers, kind) ? openers[kind as UpstreamKind] : undefined;
  if (opener) return opener;
  throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what: "dbtype", value: dbtype, hint: `Use one of ${kinds.join(", ")}.` });
};
