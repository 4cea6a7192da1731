// The client
export { createClient } from "./client/client.ts";
export type { Client } from "./client/client.ts";
export type { AliasDefinition, ClientOptions } from "./client/options.ts";
export type { Services } from "./client/services.ts";

// The default client, whose calls wait for fetchall()
export { alias, configure, fetchall } from "./facade/facade.ts";
export type { ConfigureOptions } from "./facade/facade.ts";
export type { Summary } from "./facade/queue.ts";
export * from "./facade/verbs.ts";

// The plugin of an engine
export { aquests } from "./plugin.ts";
export type { AquestsOptions, AquestsServices } from "./plugin.ts";
export { StreamedPromise } from "./promise/streamed-promise.ts";
export type { NamedResult, PromiseHandler } from "./promise/streamed-promise.ts";

// Calls and results
export { Dispatch } from "./core/dispatch.ts";
export type { WaitOptions } from "./core/dispatch.ts";
export { MapDispatch } from "./core/map-dispatch.ts";
export { Result } from "./core/result.ts";
export type { ResultStatus } from "./core/result.ts";
export { Results } from "./core/results.ts";
export type { CallOptions } from "./core/call.ts";
export type { Hop } from "./core/operation.ts";
export { pseudoStatus } from "./core/pseudo-status.ts";
export type { PseudoStatus } from "./core/pseudo-status.ts";

// HTTP
export { file } from "./http/file.ts";
export type { FileOptions, UploadFile } from "./http/file.ts";
export type { UploadFields, UploadValue } from "./http/multipart.ts";
export type { BodyData } from "./http/body.ts";
export type { HttpOptions, QueryParams } from "./http/options.ts";
export type { Credentials } from "./http/url.ts";
export type { HttpClientOptions } from "./http/settings.ts";
export type { CookieKeeper } from "./http/cookies.ts";
export type { BodyVerb, QueryVerb, UploadVerb } from "./http/verbs.ts";

// XML-RPC and JSON-RPC
export { JsonRpcFault, XmlRpcFault } from "@skitai/reactor/rpc";
export type { XmlRpcValue } from "@skitai/reactor/rpc";
export type { JsonRpcOptions, JsonRpcVerb } from "./rpc/jsonrpc.ts";
export type { RpcOptions } from "./rpc/options.ts";
export type { Answers, Plan, Planned, Remote } from "./rpc/remote.ts";
export type { XmlRpcVerb } from "./rpc/xmlrpc.ts";

// gRPC
export { GrpcFault } from "@skitai/reactor/rpc";
export type { GrpcMetadata, GrpcStatusName } from "@skitai/reactor/rpc";
export type { GrpcCallOptions, GrpcOptions } from "./grpc/options.ts";
export type { GrpcFunction, GrpcRemote, GrpcVerb } from "./grpc/verb.ts";

// SQL databases
export type { BackendVerb, Backends, DbVerb } from "./client/backend.ts";
export type { BatchItem, RowsOptions, SqlDatabase, SqlDatabases, Statements, TransactionOptions } from "./sql/database.ts";
export type { Column, Isolation } from "./sql/engine.ts";
export type { PostgresqlOptions, SqlCallOptions, SqliteOptions, SqlOptions } from "./sql/options.ts";
export type { BuiltQuery, CompiledQuery, ForeignQuery, Query, SqlParams, SqlQuery } from "./sql/query.ts";
export type { SqlMaps, SqlVerb } from "./sql/sqlmap/sqlmaps.ts";
export type { Transaction as SqlTransaction } from "./sql/transaction.ts";
export type { PostgresqlVerb, SqlAuth, SqliteVerb } from "./sql/verbs.ts";

// Redis
export type { RedisArgument, RedisCommands, RedisFields, RedisKey, RedisSignatures, RedisValue } from "./redis/commands.ts";
export type { RedisOptions } from "./redis/options.ts";
export type { RedisAuth, RedisBatchCall, RedisCommandList, RedisDatabase, RedisVerb } from "./redis/redis.ts";
export type { KeyScanOptions, RedisScans, ScanOptions } from "./redis/scan.ts";

// MongoDB
export type { MongodbCursors } from "./mongodb/cursor-calls.ts";
export type { MongodbCollections, MongodbDatabase, MongodbDatabases, MongodbDocument } from "./mongodb/database.ts";
export type {
  AggregateOptions as MongodbAggregateOptions,
  CountOptions as MongodbCountOptions,
  Deleted as MongodbDeleted,
  DeleteOptions as MongodbDeleteOptions,
  FindOneOptions as MongodbFindOneOptions,
  FindOptions as MongodbFindOptions,
  Inserted as MongodbInserted,
  InsertOptions as MongodbInsertOptions,
  MongodbChange,
  MongodbFilter,
  MongodbPipeline,
  MongodbSort,
  Updated as MongodbUpdated,
  UpdateOptions as MongodbUpdateOptions,
} from "./mongodb/documents.ts";
export type { MongodbAuth, MongodbVerb } from "./mongodb/mongodb.ts";
export type { MongodbOptions } from "./mongodb/options.ts";

// WebSocket
export { WebSocketConnection } from "./websocket/connection.ts";
export type { WebSocketClose } from "./websocket/connection.ts";
export type { WebSocketConnectOptions, WebSocketMessage, WebSocketOptions } from "./websocket/options.ts";
export type { WebSocketVerb } from "./websocket/verb.ts";

// Errors
export { AquestsError, aquestsErrorCodes } from "./errors.ts";
export type { AquestsErrorCode } from "./errors.ts";
