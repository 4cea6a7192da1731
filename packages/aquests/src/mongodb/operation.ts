import type { Attempt } from "../core/attempt.ts";
import { identity, type Endpoint } from "../core/endpoint.ts";
import type { Operation, Reply as CallReply } from "../core/operation.ts";
import type { Caller } from "../core/runtime.ts";
import { AquestsError } from "../errors.ts";
import type { Reply } from "./driver.ts";
import { keyOfCommand } from "./kept-key.ts";
import type { MongodbLink } from "./link.ts";
import type { MongodbSettings } from "./options.ts";
import { MongodbPool } from "./pool.ts";
import type { Command } from "./queries.ts";

/** A database of MongoDB as its operations see it. */
export interface MongodbAccess {
  readonly caller: Caller;
  readonly settings: MongodbSettings;
  /** Undefined: that of the endpoint. */
  readonly database: string | undefined;
  /** What the user says of all calls; undefined: what each one is by nature. */
  readonly idempotent: boolean | undefined;
  /** Milliseconds that each call may take; 0 is for ever. */
  readonly timeout: number;
}

/** What an operation came to. */
export interface Answer<Data> {
  readonly data: Data;
  readonly details?: Readonly<Record<string, unknown>>;
}

const noHeaders = Object.freeze({});
const noContent: Buffer = Buffer.alloc(0);

/** What all operations on MongoDB have in common. */
export abstract class MongodbOperation<Data> implements Operation<Data> {
  readonly method: string;
  readonly idempotent: boolean;
  protected readonly access: MongodbAccess;

  constructor(access: MongodbAccess, method: string, isReading: boolean) {
    this.access = access;
    this.method = method;
    this.idempotent = access.idempotent ?? isReading;
  }

  /** Does its work at one server. */
  protected abstract ask(endpoint: Endpoint, pool: MongodbPool, attempt: Attempt): Promise<Answer<Data>>;

  cacheKey(): string | undefined {
    return undefined;
  }

  urlAt(endpoint: Endpoint): string {
    return `mongodb://${endpoint.address}/${this.access.database ?? endpoint.database ?? ""}`;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<CallReply<Data>> {
    const { caller, settings } = this.access;
    const pool = caller.runtime.pools.get(identity(`mongodb ${settings.key}`, endpoint), () => new MongodbPool(endpoint, settings));
    const answer = await this.ask(endpoint, pool, attempt);
    return { statusCode: 200, reason: "OK", version: "MongoDB", headers: noHeaders, content: noContent, ...answer };
  }

  /** @throws SKITAI_AQUESTS_BAD_TARGET */
  protected databaseOf({ database, address }: Endpoint): string {
    const name = this.access.database ?? database;
    if (name !== undefined) return name;
    const hint = 'name its database: mongodb("@alias", "db"), or host:port/db.';
    throw new AquestsError("SKITAI_AQUESTS_BAD_TARGET", { value: address, hint });
  }

  /** Milliseconds after which the server gives up a command that says nothing itself. */
  protected limitOf(command: Command): number | undefined {
    const { timeout } = this.access;
    return timeout === 0 || command["maxTimeMS"] !== undefined ? undefined : Math.ceil(timeout);
  }

  protected limited(command: Command): Command {
    const maxTimeMS = this.limitOf(command);
    return maxTimeMS === undefined ? command : { ...command, maxTimeMS };
  }

  protected run(link: MongodbLink, database: string, command: Command, signal: AbortSignal): Promise<Reply> {
    return link.client.db(database).command(command, { signal, useBigInt64: this.access.settings.bigint });
  }
}

/** How one command is sent, and what is read out of its answer. */
export interface Plan<Data> {
  readonly method: string;
  readonly command: Command;
  readonly isReading: boolean;
  /** It is the user's own, and is sent as it is. */
  readonly isOwn?: boolean;
  read(reply: Reply): Data;
}

/** One command with one answer. */
export class MongodbCommand<Data> extends MongodbOperation<Data> {
  readonly #plan: Plan<Data>;

  constructor(access: MongodbAccess, plan: Plan<Data>) {
    super(access, plan.method, plan.isReading);
    this.#plan = plan;
  }

  protected async ask(endpoint: Endpoint, pool: MongodbPool, attempt: Attempt): Promise<Answer<Data>> {
    const { command, isOwn = false, read } = this.#plan;
    const database = this.databaseOf(endpoint);
    const limit = isOwn ? undefined : this.limitOf(command);
    const reply = await pool.use(attempt, limit, (link, signal) =>
      this.run(link, database, isOwn ? command : this.limited(command), signal).then(checkedWrites),
    );
    return { data: read(reply) };
  }

  override cacheKey(): string | undefined {
    const { command, isReading } = this.#plan;
    return isReading ? `${this.access.database ?? ""} ${this.access.settings.key} ${keyOfCommand(command)}` : undefined;
  }
}

/** What a server says of a document that it refuses. */
interface Refused {
  readonly errmsg: string;
  readonly code: number;
  /** Of the document. */
  readonly index: number;
}

/** Documents of a write that the server refused; that it answers at all means little. */
export const refusedBy = (reply: Reply): readonly Refused[] => (reply["writeErrors"] as readonly Refused[] | undefined) ?? [];

/** The error of a write, of which `n` documents went well. */
export const refusal = (errors: readonly Refused[], n: number): Error => {
  const { errmsg, code, index } = errors[0]!;
  return Object.assign(new Error(errmsg), { name: "MongoServerError", code, index, n, writeErrors: errors });
};

const checkedWrites = (reply: Reply): Reply => {
  const errors = refusedBy(reply);
  if (errors.length > 0) throw refusal(errors, Number(reply["n"]));
  return reply;
};
