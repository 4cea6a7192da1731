import type { Dispatch } from "../core/dispatch.ts";
import type { MapDispatch } from "../core/map-dispatch.ts";
import type { Planned } from "../rpc/remote.ts";
import type { OtherCommand } from "./other-commands.ts";

/** A text, or bytes. */
export type RedisKey = string | Uint8Array;
/** What Redis can hold: numbers are kept as texts. */
export type RedisValue = string | number | bigint | Uint8Array;
/** An argument of a command; a list stands for its items. */
export type RedisArgument = RedisValue | readonly RedisValue[];
/** Names and values. */
export type RedisFields = Readonly<Record<string, RedisValue>> | ReadonlyMap<RedisKey, RedisValue>;

type Keys = (RedisKey | readonly RedisKey[])[];
type Values = RedisArgument[];
type Pairs = [RedisFields] | Values;
type Text = string | null;

/** Where a command goes, and so what it gives: to one server, to all of an alias, or into a plan. */
export type RedisSending = "one" | "all" | "plan";

type Sent<To extends RedisSending, Data> = To extends "one" ? Dispatch<Data> : To extends "all" ? MapDispatch<Data> : Planned<Data>;

/** The arguments and answers of the common commands. */
export interface RedisSignatures {
  get(key: RedisKey): Text;
  set(key: RedisKey, value: RedisValue, ...options: RedisValue[]): Text;
  getdel(key: RedisKey): Text;
  getex(key: RedisKey, ...options: RedisValue[]): Text;
  setnx(key: RedisKey, value: RedisValue): number;
  setex(key: RedisKey, seconds: number, value: RedisValue): Text;
  psetex(key: RedisKey, milliseconds: number, value: RedisValue): Text;
  mget(...keys: Keys): Text[];
  mset(...pairs: Pairs): string;
  append(key: RedisKey, value: RedisValue): number;
  strlen(key: RedisKey): number;
  getrange(key: RedisKey, start: number, end: number): string;
  setrange(key: RedisKey, offset: number, value: RedisValue): number;
  incr(key: RedisKey): number;
  decr(key: RedisKey): number;
  incrby(key: RedisKey, by: number | bigint): number;
  decrby(key: RedisKey, by: number | bigint): number;
  incrbyfloat(key: RedisKey, by: number): string;
  getbit(key: RedisKey, offset: number): number;
  setbit(key: RedisKey, offset: number, value: 0 | 1): number;
  bitcount(key: RedisKey, ...range: RedisValue[]): number;

  del(...keys: Keys): number;
  unlink(...keys: Keys): number;
  exists(...keys: Keys): number;
  type(key: RedisKey): string;
  keys(pattern: RedisKey): string[];
  rename(key: RedisKey, newKey: RedisKey): string;
  expire(key: RedisKey, seconds: number, ...options: RedisValue[]): number;
  pexpire(key: RedisKey, milliseconds: number, ...options: RedisValue[]): number;
  expireat(key: RedisKey, timestamp: number, ...options: RedisValue[]): number;
  persist(key: RedisKey): number;
  ttl(key: RedisKey): number;
  pttl(key: RedisKey): number;

  hget(key: RedisKey, field: RedisKey): Text;
  hset(key: RedisKey, ...pairs: Pairs): number;
  hsetnx(key: RedisKey, field: RedisKey, value: RedisValue): number;
  hmget(key: RedisKey, ...fields: Keys): Text[];
  hgetall(key: RedisKey): Record<string, string>;
  hdel(key: RedisKey, ...fields: Keys): number;
  hexists(key: RedisKey, field: RedisKey): number;
  hincrby(key: RedisKey, field: RedisKey, by: number | bigint): number;
  hkeys(key: RedisKey): string[];
  hvals(key: RedisKey): string[];
  hlen(key: RedisKey): number;

  lpush(key: RedisKey, ...values: Values): number;
  rpush(key: RedisKey, ...values: Values): number;
  lpop(key: RedisKey): Text;
  rpop(key: RedisKey): Text;
  lrange(key: RedisKey, start: number, stop: number): string[];
  llen(key: RedisKey): number;
  lindex(key: RedisKey, index: number): Text;
  lset(key: RedisKey, index: number, value: RedisValue): string;
  lrem(key: RedisKey, count: number, value: RedisValue): number;
  ltrim(key: RedisKey, start: number, stop: number): string;
  blpop(...keysAndSeconds: Values): [key: string, value: string] | null;
  brpop(...keysAndSeconds: Values): [key: string, value: string] | null;
  blmove(source: RedisKey, target: RedisKey, from: "LEFT" | "RIGHT", to: "LEFT" | "RIGHT", seconds: number): Text;

  sadd(key: RedisKey, ...members: Values): number;
  srem(key: RedisKey, ...members: Values): number;
  smembers(key: RedisKey): string[];
  sismember(key: RedisKey, member: RedisValue): number;
  scard(key: RedisKey): number;
  sinter(...keys: Keys): string[];
  sunion(...keys: Keys): string[];
  sdiff(...keys: Keys): string[];

  zadd(key: RedisKey, ...options: Values): number | string | null;
  zrem(key: RedisKey, ...members: Values): number;
  zcard(key: RedisKey): number;
  zcount(key: RedisKey, min: RedisValue, max: RedisValue): number;
  zscore(key: RedisKey, member: RedisValue): Text;
  zincrby(key: RedisKey, by: number, member: RedisValue): string;
  zrange(key: RedisKey, start: RedisValue, stop: RedisValue, ...options: RedisValue[]): string[];
  zrank(key: RedisKey, member: RedisValue): number | null;

  xadd(key: RedisKey, ...idAndFields: (RedisArgument | RedisFields)[]): Text;
  xlen(key: RedisKey): number;
  publish(channel: RedisKey, message: RedisValue): number;
  ping(): string;
  dbsize(): number;
  flushdb(...options: RedisValue[]): string;
  /** The command by its name, and its arguments: for names that are none in JavaScript. `call("JSON.GET", key)` */
  call(command: string, ...args: RedisArgument[]): unknown;
  eval(script: string, numberOfKeys: number, ...keysAndArgs: RedisArgument[]): unknown;
  evalsha(sha: string, numberOfKeys: number, ...keysAndArgs: RedisArgument[]): unknown;
}

/** The same answer in bytes. */
type Bytes<Data> = Data extends string
  ? Buffer
  : Data extends readonly [string, string]
    ? [Buffer, Buffer]
    : Data extends readonly (infer Item)[]
      ? Bytes<Item>[]
      : Data extends Record<string, string>
        ? Record<string, Buffer>
        : Data;

/** A method for each command; with `Buffer` behind its name it answers in bytes. Common ones have types for what they take and give. */
export type RedisCommands<To extends RedisSending> = {
  readonly [Name in keyof RedisSignatures]: (...args: Parameters<RedisSignatures[Name]>) => Sent<To, ReturnType<RedisSignatures[Name]>>;
} & {
  readonly [Name in keyof RedisSignatures as `${Name}Buffer`]: (
    ...args: Parameters<RedisSignatures[Name]>
  ) => Sent<To, Bytes<ReturnType<RedisSignatures[Name]>>>;
} & {
  readonly [Name in OtherCommand | `${OtherCommand}Buffer`]: (...args: RedisArgument[]) => Sent<To, unknown>;
};
