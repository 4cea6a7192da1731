import type { Attempt } from "../core/attempt.ts";
import { identity, type Endpoint } from "../core/endpoint.ts";
import type { Operation, Reply } from "../core/operation.ts";
import type { Caller } from "../core/runtime.ts";
import type { RedisSettings } from "./options.ts";
import { RedisPool } from "./pool.ts";
import type { RedisRequest } from "./request.ts";
import { fleetingCommands } from "./tables.ts";

/** A database of Redis as its operations see it. */
export interface RedisAccess {
  readonly caller: Caller;
  readonly settings: RedisSettings;
  /** What the user says of all commands; undefined: what each one is by nature. */
  readonly idempotent: boolean | undefined;
}

const noHeaders = Object.freeze({});
const noContent: Buffer = Buffer.alloc(0);

/** What all operations on Redis have in common. */
abstract class RedisOperation<Data> implements Operation<Data> {
  abstract readonly method: string;
  readonly idempotent: boolean;
  readonly #access: RedisAccess;

  constructor(access: RedisAccess, isReading: boolean) {
    this.#access = access;
    this.idempotent = access.idempotent ?? isReading;
  }

  protected abstract ask(pool: RedisPool, attempt: Attempt): Promise<Data>;

  abstract cacheKey(): string | undefined;

  urlAt({ address, database }: Endpoint): string {
    return `redis://${address}/${this.#access.settings.database ?? database ?? 0}`;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<Data>> {
    const { caller, settings } = this.#access;
    const pool = caller.runtime.pools.get(identity(`redis ${settings.key}`, endpoint), () => new RedisPool(endpoint, settings));
    const data = await this.ask(pool, attempt);
    return { statusCode: 200, reason: "OK", version: "Redis", headers: noHeaders, content: noContent, data };
  }

  protected keyOf(request: RedisRequest): string {
    return `${this.#access.settings.key} ${request.isBinary} ${JSON.stringify(request.args)}`;
  }
}

/** One command. */
export class RedisCommand extends RedisOperation<unknown> {
  readonly method: string;
  /** The server that was asked last: a scan has to go on there. */
  asked: Endpoint | undefined = undefined;
  readonly #request: RedisRequest;

  constructor(access: RedisAccess, request: RedisRequest) {
    super(access, request.isReading);
    this.method = request.name;
    this.#request = request;
  }

  override send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<unknown>> {
    this.asked = endpoint;
    return super.send(endpoint, attempt);
  }

  protected ask(pool: RedisPool, attempt: Attempt): Promise<unknown> {
    return pool.run(this.#request, attempt);
  }

  cacheKey(): string | undefined {
    const { isReading, name } = this.#request;
    return isReading && !fleetingCommands.has(name) ? this.keyOf(this.#request) : undefined;
  }
}

/** Several commands, sent together. */
export class RedisBatch extends RedisOperation<unknown[] | null> {
  readonly method: string;
  readonly #requests: readonly RedisRequest[];
  readonly #isTransaction: boolean;

  constructor(access: RedisAccess, requests: readonly RedisRequest[], isTransaction: boolean) {
    super(
      access,
      requests.every(({ isReading }) => isReading),
    );
    this.method = isTransaction ? "multi" : "pipeline";
    this.#requests = requests;
    this.#isTransaction = isTransaction;
  }

  protected ask(pool: RedisPool, attempt: Attempt): Promise<unknown[] | null> {
    return this.#requests.length === 0 ? Promise.resolve([]) : pool.batch(this.#requests, this.#isTransaction, attempt);
  }

  cacheKey(): undefined {
    return undefined;
  }
}
