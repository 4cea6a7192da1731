import type { Attempt } from "../../core/attempt.ts";
import { loadDriver } from "../../core/driver.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import { AquestsError } from "../../errors.ts";
import type { Outcome, Session, SqlEngine, SqlPool } from "../engine.ts";
import { leftOpen } from "../faults.ts";
import type { SqlSettings } from "../options.ts";
import { poolOf } from "../pool-of.ts";
import type { Given } from "../query.ts";
import { Asker } from "./ask.ts";
import { cancelStatement } from "./cancel.ts";
import { Connections } from "./connections.ts";
import type { PgClient, PgDriver } from "./driver.ts";
import { postgresqlError } from "./faults.ts";
import { Lease, type Held } from "./lease.ts";
import { openConnection, tlsOf } from "./open.ts";
import { PostgresqlSession } from "./session.ts";

/** PostgreSQL by the package `pg`. */
export const postgresqlEngine: SqlEngine = {
  kind: "postgresql",
  version: "PostgreSQL",
  pool: ({ pools }, endpoint, settings) => poolOf(pools, "postgresql", endpoint, settings, () => new PostgresqlPool(endpoint, settings)),
};

class PostgresqlPool implements SqlPool {
  readonly #endpoint: Endpoint;
  readonly #settings: SqlSettings;
  readonly #asker: Asker;
  readonly #connections: Connections;
  readonly #leases = new Set<Held>();
  readonly #cancelling = new Set<Promise<void>>();
  #driver: PgDriver | undefined = undefined;
  #closed: AquestsError | undefined = undefined;

  constructor(endpoint: Endpoint, settings: SqlSettings) {
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#asker = new Asker(endpoint, settings.prepare);
    this.#connections = new Connections(settings.poolSize, settings.idleTimeout, (ended) => this.#open(ended));
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  run(given: Given, attempt: Attempt): Promise<Outcome> {
    const statement = this.#asker.compile(given);
    return this.#lease<Outcome>(attempt, (lease, client) => {
      this.#asker.ask(this.#driver!, client, statement, (error, outcome, isUsable) => {
        const isOpen = outcome !== undefined && (client.getTransactionStatus?.() ?? "I") !== "I";
        lease.giveBack(isUsable && !isOpen);
        if (isOpen) lease.reject(leftOpen());
        else if (outcome) lease.resolve(outcome);
        else lease.reject(error!);
      });
    });
  }

  async batch(all: readonly Given[], attempt: Attempt): Promise<readonly Outcome[]> {
    const session = await this.#session(attempt);
    try {
      const ends = await session.runTogether([{ text: "BEGIN", params: undefined }, ...all]);
      const failed = ends.find((end) => end.status === "rejected");
      await session.run({ text: failed ? "ROLLBACK" : "COMMIT", params: undefined });
      if (failed) throw failed.reason;
      return ends.slice(1).map((end) => (end as PromiseFulfilledResult<Outcome>).value);
    } finally {
      session.release();
    }
  }

  session(attempt: Attempt): Promise<Session> {
    return this.#session(attempt);
  }

  /** Fails what is under way and closes all connections. */
  async close(): Promise<void> {
    this.#closed ??= new AquestsError("SKITAI_AQUESTS_CLOSED");
    for (const lease of this.#leases) lease.giveUp(this.#closed);
    this.#connections.close();
    await Promise.all(this.#cancelling);
  }

  /** The end of a lease. @param isUsable whether others may have its connection */
  end(lease: Held, isUsable = false): void {
    lease.isOver = true;
    this.#leases.delete(lease);
    if (!lease.client) return;
    if (isUsable) this.#connections.release(lease.client);
    else this.#connections.discard(lease.client);
  }

  /** Stops at the server what a lease has running, and throws its connection away. */
  stop(lease: Held): void {
    this.#connections.leave(lease);
    const { client } = lease;
    if (client) {
      const tls = tlsOf(this.#endpoint, this.#settings);
      const cancelling = cancelStatement(this.#driver!, this.#endpoint, tls, client).finally(() => this.#cancelling.delete(cancelling));
      this.#cancelling.add(cancelling);
    }
    this.end(lease);
  }

  /** Why there is no connection. */
  translate(error: Error): AquestsError {
    return postgresqlError(error, this.#endpoint.address, true);
  }

  #session(attempt: Attempt): Promise<PostgresqlSession> {
    return this.#lease<PostgresqlSession>(attempt, (lease, client) => {
      const session = new PostgresqlSession(this.#asker, this.#driver!, client, lease);
      attempt.stopWith((reason) => session.destroy(reason));
      lease.resolve(session);
    });
  }

  #lease<Value>(attempt: Attempt, use: (lease: Lease<Value>, client: PgClient) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      const closed = this.#closed ?? attempt.cancelled;
      if (closed) throw closed;
      const lease = new Lease<Value>(this, attempt, use, resolve, reject);
      this.#leases.add(lease);
      attempt.stopWith((reason) => lease.giveUp(reason));
      this.#connections.acquire(lease);
    });
  }

  async #open(ended: (client: PgClient) => void): Promise<PgClient> {
    this.#driver ??= (await loadDriver<unknown>("PostgreSQL", "pg", () => import("pg"))) as PgDriver;
    return openConnection(this.#driver, this.#endpoint, this.#settings, ended);
  }
}
