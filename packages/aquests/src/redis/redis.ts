import type { Cluster } from "@skitai/reactor/upstream";
import { begin, beginAll } from "../core/begin.ts";
import type { Call, CallOptions, Target } from "../core/call.ts";
import type { Dispatch } from "../core/dispatch.ts";
import type { MapDispatch } from "../core/map-dispatch.ts";
import type { Caller } from "../core/runtime.ts";
import { aliasOf, badTarget, serverEndpoint } from "../core/server.ts";
import { isAliased } from "../core/target.ts";
import { AquestsError } from "../errors.ts";
import { planStub } from "../rpc/plan.ts";
import type { Answers, Planned } from "../rpc/remote.ts";
import type { RedisArgument, RedisCommands, RedisFields } from "./commands.ts";
import { RedisBatch, RedisCommand, type RedisAccess } from "./operation.ts";
import { databaseNumber, defaultRedisSettings, resolveRedisOptions, type RedisOptions } from "./options.ts";
import { requestOf, type RedisRequest } from "./request.ts";
import { scansOf, type RedisScans } from "./scan.ts";

/** Who one is for a server: `["password"]`, or `["user", "password"]`. */
export type RedisAuth = readonly [password: string] | readonly [user: string, password: string];

type Sent<To extends "one" | "all", Data> = To extends "one" ? Dispatch<Data> : MapDispatch<Data>;

/** A command and its arguments. */
export type RedisCommandList = readonly (readonly [command: string, ...args: (RedisArgument | RedisFields)[]])[];

/** Sends several commands at once, as lists or as a function plans them. */
export interface RedisBatchCall<To extends "one" | "all", None = never> {
  <const Calls extends readonly Planned<unknown>[]>(
    plan: (call: RedisCommands<"plan">) => Calls,
  ): Sent<To, Answers<Calls, AquestsError> | None>;
  <Data extends readonly unknown[] = unknown[]>(commands: RedisCommandList): Sent<To, Data | None>;
}

/** One database, or all members of an alias: see {@link RedisVerb}. */
export type RedisDatabase<To extends "one" | "all" = "one"> = RedisCommands<To> & {
  /**
   * A transaction: all commands are carried out with nothing between them. A command that Redis cannot carry out does not stop the others; its error
   * stands in its place. A command that it does not understand stops them all: status 2.
   *
   * @example
   * const { data } = await redis.multi((tx) => [tx.incr("visits"), tx.get("name")]); // [8, "Ann"]: (number | AquestsError), ...
   * await redis.multi([["incr", "visits"], ["get", "name"]]);
   */
  readonly multi: RedisBatchCall<To, null>;
  /** The same without a transaction: one way to the server and back for many commands. */
  readonly pipeline: RedisBatchCall<To>;
} & (To extends "one" ? RedisScans : unknown);

/**
 * Any command of Redis as a method; `data` is its answer as `ioredis` gives it. What the server refuses gives a result with status 2 and statusCode 500.
 *
 * Commands share one connection for each server. Those that block have one of their own, and want a `timeout` that is longer than they wait. Channels
 * are the coordinator's business. Redis Cluster is not spoken: members of an alias are servers of their own.
 *
 * @example
 * const redis = was.redis("@cache");
 * await redis.set("k", "v", "EX", 60);
 * (await redis.get("k")).data; // "v"
 * (await redis.getBuffer("k")).data; // <Buffer 76>
 * await redis.hset("h", { a: 1, b: 2 });
 */
export interface RedisVerb {
  /** A member of an alias for each command: the least busy of those that are well. @param database instead of the one in the alias */
  (alias: `@${string}`, options?: RedisOptions): RedisDatabase;
  (alias: `@${string}`, database: number | undefined, options?: RedisOptions): RedisDatabase;
  /**
   * One server.
   *
   * @param server `host`, `host:port` or `redis://user:password@host:port/database`; `rediss:` for TLS.
   * @param database its number. Default: 0.
   * @throws SKITAI_AQUESTS_BAD_TARGET, SKITAI_AQUESTS_BAD_OPTION
   */
  (server: string, database?: number, auth?: RedisAuth, options?: RedisOptions): RedisDatabase;
  readonly lb: RedisAliasCall<"one">;
  /** All members of an alias. */
  readonly map: RedisAliasCall<"all">;
}

interface RedisAliasCall<To extends "one" | "all"> {
  (alias: `@${string}`, options?: RedisOptions): RedisDatabase<To>;
  (alias: `@${string}`, database: number | undefined, options?: RedisOptions): RedisDatabase<To>;
}

/** Makes `redis`. */
export const redisVerb = (caller: Caller): RedisVerb => {
  const alias = (to: "one" | "all", name: string, given?: number | RedisOptions, more?: RedisOptions): unknown => {
    const cluster = aliasOf(caller, "redis", name);
    const [database, options] = typeof given === "object" ? [undefined, given] : [given, more];
    return redisOfAlias(caller, cluster, to, options, database);
  };
  const one = (server: string, database?: number | RedisOptions, auth?: RedisAuth | RedisOptions, options?: RedisOptions): unknown => {
    if (typeof server === "string" && isAliased(server)) {
      if (Array.isArray(auth)) throw badTarget(server, "an alias brings its credentials along: only options may follow.");
      return alias("one", server, database, auth as RedisOptions | undefined);
    }
    return redisOfServer(caller, server, database as number | undefined, auth as RedisAuth | undefined, options);
  };
  return Object.assign(one, { lb: alias.bind(undefined, "one"), map: alias.bind(undefined, "all") }) as RedisVerb;
};

/** A database of one server. */
export const redisOfServer = (
  caller: Caller,
  server: string,
  database: number | string | undefined,
  auth: RedisAuth | undefined,
  options: RedisOptions | undefined,
): RedisDatabase => {
  const number = database === undefined || database === null ? undefined : String(databaseNumber(database));
  const endpoint = serverEndpoint({ kind: "redis", server, database: number, auth });
  if (endpoint.database !== undefined) databaseNumber(endpoint.database);
  return databaseOf<"one">(caller, endpoint, options, undefined, begin);
};

/** The databases of an alias: one of them for each command, or all. */
export const redisOfAlias = (
  caller: Caller,
  cluster: Cluster,
  to: "one" | "all",
  options: RedisOptions | undefined,
  database?: number,
): RedisDatabase | RedisDatabase<"all"> =>
  to === "one"
    ? databaseOf<"one">(caller, cluster, options, database, begin)
    : databaseOf<"all">(caller, cluster, options, database, beginAll);

const noOptions: CallOptions = Object.freeze({});

const databaseOf = <To extends "one" | "all">(
  caller: Caller,
  target: Target,
  options: RedisOptions | undefined,
  database: number | undefined,
  start: (caller: Caller, call: Call<unknown>) => unknown,
): RedisDatabase<To> => {
  const number = database === undefined ? undefined : databaseNumber(database);
  const settings = options === undefined && number === undefined ? defaultRedisSettings : resolveRedisOptions(options ?? {}, number);
  const access: RedisAccess = { caller, settings, idempotent: options?.idempotent };
  const call = options ?? noOptions;
  const send = (request: RedisRequest): unknown => start(caller, { operation: new RedisCommand(access, request), target, options: call });
  const batch =
    (isTransaction: boolean) =>
    (given: unknown): unknown =>
      start(caller, { operation: new RedisBatch(access, plannedRequests(given, isTransaction), isTransaction), target, options: call });
  const scans = start === begin ? scansOf(access, target, call) : undefined;
  const others: Readonly<Record<string, unknown>> = { ...scans, multi: batch(true), pipeline: batch(false) };
  return new Proxy(
    {},
    {
      get: (_, name) => {
        // It is no promise, and can be logged like any object.
        if (typeof name === "symbol" || name === "then" || name === "toJSON") return undefined;
        return Object.hasOwn(others, name) ? others[name] : (...args: unknown[]): unknown => send(requestOf(name, args));
      },
    },
  ) as RedisDatabase<To>;
};

const plannedRequests = (given: unknown, isTransaction: boolean): RedisRequest[] => {
  const list: unknown = typeof given === "function" ? (given as (call: unknown) => unknown)(planStub(false)) : given;
  if (!Array.isArray(list)) throw badRequest('commands are a list, such as [["incr", "a"], ["get", "a"]].');
  return list.map((item: unknown) => {
    const [method, args] = Array.isArray(item) ? [item[0] as unknown, item.slice(1)] : plannedOf(item);
    if (typeof method !== "string") throw badRequest("a command is a list that begins with its name.");
    const request = requestOf(method, args);
    if (request.isBlocking && !isTransaction)
      throw badRequest(`${request.name} would hold up all others on the connection. Send it by itself.`);
    return request;
  });
};

const plannedOf = (item: unknown): [unknown, readonly unknown[]] => {
  const { method, params } = Object(item) as Partial<Planned<unknown>>;
  return [method, params ?? []];
};

const badRequest = (reason: string): AquestsError => new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason });
