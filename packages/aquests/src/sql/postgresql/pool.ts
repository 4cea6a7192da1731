import type { Attempt } from "../../core/attempt.ts";
import { loadDriver } from "../../core/driver.ts";
import { identity, type Endpoint } from "../../core/endpoint.ts";
import { AquestsError } from "../../errors.ts";
import type { Outcome, Session, SqlEngine, SqlPool } from "../engine.ts";
import { leftOpen } from "../faults.ts";
import type { SqlSettings } from "../options.ts";
import type { Given } from "../query.ts";
import { Asker } from "./ask.ts";
import { cancelStatement } from "./cancel.ts";
import type { PgClient, PgDriver, PgPool, PgTls, Release } from "./driver.ts";
import { postgresqlError } from "./faults.ts";
import { PostgresqlSession } from "./session.ts";
import { bigintParsers } from "./values.ts";

/** PostgreSQL by the package `pg`. */
export const postgresqlEngine: SqlEngine = {
  kind: "postgresql",
  version: "PostgreSQL",
  pool: ({ pools }, endpoint, settings) =>
    pools.get(identity(`postgresql ${settings.key}`, endpoint), () => new PostgresqlPool(endpoint, settings)),
};

/** The pool of `pg` with what it lacks: a wait that can be given up, statements that are stopped at the server, connections that nobody waits for. */
class PostgresqlPool implements SqlPool {
  readonly #endpoint: Endpoint;
  readonly #settings: SqlSettings;
  readonly #tls: PgTls | false;
  readonly #asker: Asker;
  readonly #active = new Set<(reason: Error) => void>();
  readonly #cancelling = new Set<Promise<void>>();
  #driver: PgDriver | undefined = undefined;
  #pool: PgPool | undefined = undefined;
  #opening: Promise<PgPool> | undefined = undefined;
  #closed: AquestsError | undefined = undefined;

  constructor(endpoint: Endpoint, settings: SqlSettings) {
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#asker = new Asker(endpoint, settings.prepare);
    const { ca, insecure } = settings;
    this.#tls = (settings.ssl ?? endpoint.tls) && { host: endpoint.host, rejectUnauthorized: !insecure, ...(ca !== undefined && { ca }) };
  }

  run(given: Given, attempt: Attempt): Promise<Outcome> {
    const statement = this.#asker.compile(given);
    return this.#lease(attempt, (client, release, resolve, reject) => {
      this.#asker.ask(client, statement, (error, outcome, isUsable) => {
        const isOpen = outcome !== undefined && (client.getTransactionStatus?.() ?? "I") !== "I";
        release(!isUsable || isOpen);
        if (isOpen) reject(leftOpen());
        else if (outcome) resolve(outcome);
        else reject(error!);
      });
    });
  }

  async batch(all: readonly Given[], attempt: Attempt): Promise<readonly Outcome[]> {
    const session = await this.session(attempt);
    try {
      // Sent together: the server need not wait for us between them.
      const begun = session.begin({ isolation: undefined, readOnly: false });
      const [first, ...ends] = await Promise.allSettled([begun, ...all.map((given) => session.run(given))]);
      const failed = [first, ...ends].find((end) => end.status === "rejected");
      await session.run({ text: failed ? "ROLLBACK" : "COMMIT", params: undefined });
      if (failed) throw failed.reason;
      return ends.map((end) => (end as PromiseFulfilledResult<Outcome>).value);
    } finally {
      session.release();
    }
  }

  session(attempt: Attempt): Promise<Session> {
    return this.#lease<Session>(attempt, (client, release, resolve) => {
      const session = new PostgresqlSession(this.#asker, client, release, () => this.#stop(client, release));
      attempt.stopWith((reason) => session.destroy(reason));
      resolve(session);
    });
  }

  /** Fails what is under way and closes all connections. */
  async close(): Promise<void> {
    this.#closed ??= new AquestsError("SKITAI_AQUESTS_CLOSED");
    for (const fail of this.#active) fail(this.#closed);
    await Promise.all(this.#cancelling);
    await this.#opening?.then((pool) => pool.end()).catch(() => undefined);
  }

  /** Waits for a connection and hands it to `use`, until that has given it back or the attempt is over. */
  #lease<Value>(
    attempt: Attempt,
    use: (client: PgClient, release: Release, resolve: (value: Value) => void, reject: (reason: Error) => void) => void,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      const closed = this.#closed ?? attempt.cancelled;
      if (closed) throw closed;
      let held: { readonly client: PgClient; readonly release: Release } | undefined;
      let isOver = false;
      const giveUp = (reason: Error): void => {
        if (isOver) return;
        isOver = true;
        this.#active.delete(giveUp);
        reject(reason);
        if (held) this.#stop(held.client, held.release);
      };
      this.#active.add(giveUp);
      attempt.stopWith(giveUp);
      const connected = (error: Error | undefined, client: PgClient | undefined, release: Release): void => {
        if (isOver) return client && release();
        if (error || !client) return giveUp(postgresqlError(error, this.#endpoint.address));
        if (!client.connection.stream.writable) {
          release(true);
          return giveUp(postgresqlError(new Error("Connection terminated"), this.#endpoint.address));
        }
        const giveBack: Release = (destroy) => {
          if (isOver) return;
          isOver = true;
          this.#active.delete(giveUp);
          release(destroy);
        };
        held = { client, release };
        attempt.sent = true;
        use(client, giveBack, resolve, reject);
      };
      if (this.#pool) this.#pool.connect(connected);
      else this.#open().then((pool) => (isOver ? undefined : pool.connect(connected)), giveUp);
    });
  }

  #open(): Promise<PgPool> {
    return (this.#opening ??= this.#make().catch((error: unknown) => {
      // The package may be installed by the time of the next call.
      this.#opening = undefined;
      throw error;
    }));
  }

  async #make(): Promise<PgPool> {
    const driver = (await loadDriver<unknown>("PostgreSQL", "pg", () => import("pg"))) as PgDriver;
    const { host, port, user, password, database } = this.#endpoint;
    const { poolSize, idleTimeout, connectTimeout, bigint } = this.#settings;
    // Given to the pool, this limit would hold for the wait in its queue as well, where nobody knows it from a server that does not answer.
    const Client = class extends driver.Client {
      constructor(config: object) {
        super(Object.assign(Object.create(config) as object, { connectionTimeoutMillis: connectTimeout }));
        // Whoever uses a connection that breaks hears of it by the answer to the statement.
        this.on("error", ignore);
      }

      override connect(callback: (error?: Error | null) => void): void {
        super.connect((error) => {
          // Where it is not the server that refuses, but a password that is missing here, for example, nobody else would close it.
          if (error) this.connection.stream.destroy();
          callback(error);
        });
      }
    };
    const pool = new driver.Pool({
      host: host.replace(/^\[|\]$/g, ""),
      port,
      user,
      password,
      database,
      ssl: this.#tls,
      max: poolSize,
      idleTimeoutMillis: idleTimeout,
      fallback_application_name: "aquests",
      // A program whose calls have ended may end.
      allowExitOnIdle: true,
      keepAlive: true,
      Client,
      ...(bigint && { types: bigintParsers(driver.types) }),
    });
    // A connection that breaks is replaced when it is needed.
    pool.on("error", ignore);
    this.#driver = driver;
    return (this.#pool = pool);
  }

  /** Stops a statement at the server and throws its connection away. */
  #stop(client: PgClient, release: Release): void {
    const cancelling = cancelStatement(this.#driver!, this.#endpoint, this.#tls, client).finally(() => this.#cancelling.delete(cancelling));
    this.#cancelling.add(cancelling);
    client.connection.stream.destroy();
    release(true);
  }
}

const ignore = (): void => {};
