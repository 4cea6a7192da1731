import skitai, { DB_PGSQL, PROTO_HTTP, type AliasKind } from "skitai";

// Every constant and every name of a kind, also with the star of older scripts.
skitai.alias("@a", PROTO_HTTP, "127.0.0.1:5001").alias("@b", skitai.DB_SQLITE3, "a.db").alias("@c", DB_PGSQL, "127.0.0.1/shop");
skitai.alias("@d", "pgsql", "127.0.0.1/shop").alias("@e", "*http", ["127.0.0.1:5001", "127.0.0.1:5002"]);

export const kind: AliasKind = "mongodb";

// @ts-expect-error -- no such kind is served
skitai.alias("@f", "mysql", "127.0.0.1/shop");
