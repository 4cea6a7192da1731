import type { Caller } from "../core/runtime.ts";
import { queryVerb, bodyVerb, uploadVerb, type BodyVerb, type QueryVerb, type UploadVerb } from "../http/verbs.ts";
import { grpcVerb, type GrpcVerb } from "../grpc/verb.ts";
import { mongodbVerb, type MongodbVerb } from "../mongodb/mongodb.ts";
import { redisVerb, type RedisVerb } from "../redis/redis.ts";
import { jsonRpcVerb, type JsonRpcVerb } from "../rpc/jsonrpc.ts";
import { xmlRpcVerb, type XmlRpcVerb } from "../rpc/xmlrpc.ts";
import { sqlVerb, type SqlVerb } from "../sql/sqlmap/sqlmaps.ts";
import { postgresqlVerb, sqliteVerb, type PostgresqlVerb, type SqliteVerb } from "../sql/verbs.ts";
import { backendVerb, dbVerb, type BackendVerb, type DbVerb } from "./backend.ts";
import { webSocketVerb, type WebSocketVerb } from "../websocket/verb.ts";

/** What can be called, by name: members of a client, of `was`, and functions of this package. */
export interface Services {
  readonly get: QueryVerb;
  readonly getJson: QueryVerb;
  readonly getXml: QueryVerb;
  readonly head: QueryVerb;
  readonly options: QueryVerb;
  readonly trace: QueryVerb;
  readonly delete: QueryVerb;
  readonly deleteJson: QueryVerb;
  readonly deleteXml: QueryVerb;
  readonly post: BodyVerb;
  readonly postJson: BodyVerb;
  readonly postXml: BodyVerb;
  readonly postForm: BodyVerb;
  readonly put: BodyVerb;
  readonly putJson: BodyVerb;
  readonly putXml: BodyVerb;
  readonly putForm: BodyVerb;
  readonly patch: BodyVerb;
  readonly patchJson: BodyVerb;
  readonly patchXml: BodyVerb;
  readonly patchForm: BodyVerb;
  readonly upload: UploadVerb;
  readonly rpc: XmlRpcVerb;
  readonly jsonrpc: JsonRpcVerb;
  readonly grpc: GrpcVerb;
  readonly ws: WebSocketVerb;
  readonly wss: WebSocketVerb;
  readonly postgresql: PostgresqlVerb;
  readonly sqlite3: SqliteVerb;
  readonly db: DbVerb;
  readonly backend: BackendVerb;
  readonly sql: SqlVerb;
  readonly redis: RedisVerb;
  readonly mongodb: MongodbVerb;
}

/** How each is made for a caller. The one list: clients, `was` and the functions of this package have what stands here. */
export const services: { readonly [Name in keyof Services]: (caller: Caller) => Services[Name] } = {
  get: (caller) => queryVerb(caller, "GET"),
  getJson: (caller) => queryVerb(caller, "GET", "json"),
  getXml: (caller) => queryVerb(caller, "GET", "xml"),
  head: (caller) => queryVerb(caller, "HEAD"),
  options: (caller) => queryVerb(caller, "OPTIONS"),
  trace: (caller) => queryVerb(caller, "TRACE"),
  delete: (caller) => queryVerb(caller, "DELETE"),
  deleteJson: (caller) => queryVerb(caller, "DELETE", "json"),
  deleteXml: (caller) => queryVerb(caller, "DELETE", "xml"),
  post: (caller) => bodyVerb(caller, "POST"),
  postJson: (caller) => bodyVerb(caller, "POST", "json"),
  postXml: (caller) => bodyVerb(caller, "POST", "xml"),
  postForm: (caller) => bodyVerb(caller, "POST", "form"),
  put: (caller) => bodyVerb(caller, "PUT"),
  putJson: (caller) => bodyVerb(caller, "PUT", "json"),
  putXml: (caller) => bodyVerb(caller, "PUT", "xml"),
  putForm: (caller) => bodyVerb(caller, "PUT", "form"),
  patch: (caller) => bodyVerb(caller, "PATCH"),
  patchJson: (caller) => bodyVerb(caller, "PATCH", "json"),
  patchXml: (caller) => bodyVerb(caller, "PATCH", "xml"),
  patchForm: (caller) => bodyVerb(caller, "PATCH", "form"),
  upload: uploadVerb,
  rpc: xmlRpcVerb,
  jsonrpc: jsonRpcVerb,
  grpc: grpcVerb,
  ws: webSocketVerb("ws"),
  wss: webSocketVerb("wss"),
  postgresql: postgresqlVerb,
  sqlite3: sqliteVerb,
  db: dbVerb,
  backend: backendVerb,
  sql: sqlVerb,
  redis: redisVerb,
  mongodb: mongodbVerb,
};
