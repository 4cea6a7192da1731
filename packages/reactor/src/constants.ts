/** Kinds of backend, for `alias()`. */
export const PROTO_HTTP = "http";
export const PROTO_HTTPS = "https";
export const PROTO_WS = "ws";
export const PROTO_WSS = "wss";
export const DB_PGSQL = "postgresql";
export const DB_POSTGRESQL = "postgresql";
export const DB_SQLITE3 = "sqlite3";
export const DB_REDIS = "redis";
export const DB_MONGODB = "mongodb";

type KindName =
  | typeof PROTO_HTTP
  | typeof PROTO_HTTPS
  | typeof PROTO_WS
  | typeof PROTO_WSS
  | typeof DB_POSTGRESQL
  | "pgsql"
  | "postgres"
  | typeof DB_SQLITE3
  | "sqlite"
  | typeof DB_REDIS
  | typeof DB_MONGODB;

/**
 * A kind of backend by one of its names, as `alias()` takes it; a `*` in front means nothing.
 *
 * @example engine.alias("@db", "postgresql", "10.0.0.1/shop");
 */
export type AliasKind = KindName | `*${KindName}`;
