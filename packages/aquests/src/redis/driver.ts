import type { Duplex } from "node:stream";

// The part of ioredis that is used here, so that our declarations do not need its types.

export interface RedisClient {
  /** `ready` as soon as commands may be sent, `end` when it is of no more use. */
  readonly status: string;
  /** Resolves when commands may be sent. */
  connect(): Promise<void>;
  disconnect(): void;
  call(name: string, args: Argument[]): Promise<unknown>;
  /** The same for an answer in bytes. */
  callBuffer(name: string, args: Argument[]): Promise<unknown>;
  multi(commands: BatchCommand[]): RedisBatch;
  pipeline(commands: BatchCommand[]): RedisBatch;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What can be written as it is. */
export type Argument = string | Buffer;

/** `["call", name, ...args]` */
export type BatchCommand = ["call" | "callBuffer", string, ...Argument[]];

export interface RedisBatch {
  /** Writes all at once. For each command its error, or null and its answer; null where a transaction was not carried out. */
  exec(): Promise<[error: Error | null, value?: unknown][] | null>;
}

/** Makes the socket of a connection: what ioredis calls a connector. */
export interface RedisConnector {
  connect(): Promise<Duplex>;
  disconnect(): void;
  check(): boolean;
}

export interface RedisDriver {
  readonly Redis: new (port: number, host: string, options: object) => RedisClient;
}
