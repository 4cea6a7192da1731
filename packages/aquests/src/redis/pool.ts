import type { Attempt } from "../core/attempt.ts";
import { loadDriver } from "../core/driver.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Pool } from "../core/pools.ts";
import { orStopped } from "../core/stopped.ts";
import { AquestsError } from "../errors.ts";
import { RedisConnection } from "./connection.ts";
import type { BatchCommand, RedisClient, RedisDriver } from "./driver.ts";
import { isReplyError, redisError } from "./faults.ts";
import type { RedisSettings } from "./options.ts";
import { OwnConnections } from "./own-connections.ts";
import type { RedisRequest } from "./request.ts";

type Ask<Value> = (client: RedisClient) => Promise<Value>;

/**
 * The connections to one database of one server: one that all share, since Redis answers in the order of the questions, and others for commands that
 * block.
 */
export class RedisPool implements Pool {
  readonly #endpoint: Endpoint;
  readonly #settings: RedisSettings;
  readonly #own: OwnConnections;
  #driver: RedisDriver | undefined = undefined;
  #shared: RedisConnection | undefined = undefined;
  #closed: AquestsError | undefined = undefined;

  constructor(endpoint: Endpoint, settings: RedisSettings) {
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#own = new OwnConnections(settings, () => this.#make());
  }

  /** Sends one command. Rejects with an AquestsError. */
  run({ name, args, isBinary, isBlocking }: RedisRequest, attempt: Attempt): Promise<unknown> {
    const ask: Ask<unknown> = isBinary ? (client) => client.callBuffer(name, args) : (client) => client.call(name, args);
    return isBlocking ? this.#alone(attempt, ask) : this.#together(attempt, ask);
  }

  /**
   * Sends several commands at once. Where the server refuses one of them, an error stands in its place.
   *
   * @param isTransaction as one transaction; null when it was not carried out.
   */
  async batch(requests: readonly RedisRequest[], isTransaction: boolean, attempt: Attempt): Promise<unknown[] | null> {
    const commands = requests.map(({ name, args, isBinary }): BatchCommand => [isBinary ? "callBuffer" : "call", name, ...args]);
    const answers = await this.#together(attempt, async (client) => {
      const all = await (isTransaction ? client.multi(commands) : client.pipeline(commands)).exec();
      for (const [error] of all ?? []) {
        // Commands that a broken connection has swallowed fail all of them.
        if (error !== null && !isReplyError(error)) throw error;
      }
      return all;
    });
    return answers && answers.map(([error, value]) => (error ? redisError(error, this.#endpoint.address) : value));
  }

  /** Fails what is under way and closes all connections. */
  close(): void {
    this.#closed ??= new AquestsError("SKITAI_AQUESTS_CLOSED");
    this.#shared?.destroy(this.#closed);
    this.#own.close(this.#closed);
  }

  #together<Value>(attempt: Attempt, ask: Ask<Value>): Promise<Value> {
    const stopped = this.#closed ?? attempt.cancelled;
    if (stopped) return Promise.reject(stopped);
    return this.#shared?.isUsable ? this.#shared.send(attempt, false, ask) : this.#joined(attempt, ask);
  }

  /** Sends as soon as there is a connection: all who wait for one wait for the same. */
  async #joined<Value>(attempt: Attempt, ask: Ask<Value>): Promise<Value> {
    await this.#load(attempt);
    if (!this.#shared || this.#shared.isOver) this.#shared = this.#make();
    const connection = await orStopped(attempt, this.#shared.ready);
    return connection.send(attempt, false, ask);
  }

  async #alone<Value>(attempt: Attempt, ask: Ask<Value>): Promise<Value> {
    await this.#load(attempt);
    const connection = await this.#own.take(attempt);
    try {
      return await connection.send(attempt, true, ask);
    } finally {
      this.#own.giveBack(connection);
    }
  }

  async #load(attempt: Attempt): Promise<void> {
    this.#driver ??= await loadDriver<RedisDriver>("Redis", "ioredis", () => import("ioredis"));
    const stopped = this.#closed ?? attempt.cancelled;
    if (stopped) throw stopped;
  }

  #make(): RedisConnection {
    return new RedisConnection(this.#driver!, this.#endpoint, this.#settings);
  }
}
