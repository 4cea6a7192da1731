import type { Attempt } from "../core/attempt.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Operation, Reply } from "../core/operation.ts";
import type { Caller } from "../core/runtime.ts";
import type { SqlEngine, SqlPool } from "./engine.ts";
import type { SqlSettings } from "./options.ts";
import type { Given } from "./query.ts";

/** A database as its operations see it. */
export interface Access {
  readonly caller: Caller;
  readonly engine: SqlEngine;
  readonly settings: SqlSettings;
}

const noHeaders = Object.freeze({});
const noDetails = Object.freeze({});
const noContent: Buffer = Buffer.alloc(0);

/** What all operations on SQL databases have in common. */
export abstract class SqlOperation<Data> implements Operation<Data> {
  abstract readonly method: string;
  readonly idempotent: boolean;
  protected readonly access: Access;

  constructor(access: Access, idempotent = false) {
    this.access = access;
    this.idempotent = idempotent;
  }

  abstract send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<Data>>;

  cacheKey(): string | undefined {
    return undefined;
  }

  urlAt({ address, database }: Endpoint): string {
    const { kind } = this.access.engine;
    return kind === "sqlite3" ? `${kind}:${address}` : `${kind}://${address}/${database ?? ""}`;
  }

  protected pool(endpoint: Endpoint): SqlPool {
    const { engine, caller, settings } = this.access;
    return engine.pool(caller.runtime, endpoint, settings);
  }

  protected reply(data: Data, details: object = noDetails): Reply<Data> {
    const { version } = this.access.engine;
    return {
      statusCode: 200,
      reason: "OK",
      version,
      headers: noHeaders,
      content: noContent,
      data,
      details: details as Record<string, unknown>,
    };
  }
}

/** One statement, for its rows. */
export class Execute extends SqlOperation<unknown[]> {
  readonly method = "execute";
  readonly #given: Given;

  constructor(access: Access, given: Given, idempotent: boolean) {
    super(access, idempotent);
    this.#given = given;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<unknown[]>> {
    const { rows, details } = await this.pool(endpoint).run(this.#given, attempt);
    return this.reply(rows as unknown[], details);
  }

  override cacheKey(): string {
    return `${this.access.settings.key} ${this.#given.text} ${JSON.stringify(this.#given.params, exactly)}`;
  }
}

/** One statement, for what it does. */
export class Do extends SqlOperation<number> {
  readonly method = "do";
  readonly #given: Given;

  constructor(access: Access, given: Given, idempotent: boolean) {
    super(access, idempotent);
    this.#given = given;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<number>> {
    const { details } = await this.pool(endpoint).run(this.#given, attempt);
    return this.reply(details.rowCount, details);
  }
}

/** Several statements in one transaction, sent together. */
export class Batch extends SqlOperation<unknown[][]> {
  readonly method = "batch";
  readonly #all: readonly Given[];

  constructor(access: Access, all: readonly Given[], idempotent: boolean) {
    super(access, idempotent);
    this.#all = all;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<unknown[][]>> {
    const outcomes = await this.pool(endpoint).batch(this.#all, attempt);
    return this.reply(
      outcomes.map(({ rows }) => rows as unknown[]),
      { rowCounts: outcomes.map(({ details }) => details.rowCount) },
    );
  }
}

/** What JSON would make the same of other values, or refuse. */
function exactly(this: unknown, name: string, value: unknown): unknown {
  const raw: unknown = Reflect.get(Object(this), name);
  if (typeof raw === "bigint" || (typeof raw === "number" && !Number.isFinite(raw))) return `\0${typeof raw} ${raw}`;
  if (raw instanceof Date) return `\0date ${raw.getTime()}`;
  return value;
}
