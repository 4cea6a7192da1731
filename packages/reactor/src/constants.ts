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
