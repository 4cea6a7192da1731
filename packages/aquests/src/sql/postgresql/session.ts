import { badRequest } from "../faults.ts";
import type { Beginning, Cursor, Outcome, Session } from "../engine.ts";
import type { Given } from "../query.ts";
import type { Asker } from "./ask.ts";
import type { PgClient, PgDriver } from "./driver.ts";

/** The hold on a connection. */
interface Hold {
  giveBack(isUsable: boolean): void;
  /** Stops what runs at the server and destroys the connection. */
  giveUp(reason: Error): void;
}

/** A connection to PostgreSQL that one user holds. */
export class PostgresqlSession implements Session {
  readonly #asker: Asker;
  readonly #driver: PgDriver;
  readonly #client: PgClient;
  readonly #hold: Hold;
  readonly #waiting = new Set<(reason: Error) => void>();
  #gone: Error | undefined = undefined;
  #isUsable = true;

  constructor(asker: Asker, driver: PgDriver, client: PgClient, hold: Hold) {
    this.#asker = asker;
    this.#driver = driver;
    this.#client = client;
    this.#hold = hold;
    if ("pipeline" in client) client.pipeline = true;
  }

  run(given: Given): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#gone) throw this.#gone;
      const statement = this.#asker.compile(given);
      this.#waiting.add(reject);
      this.#asker.ask(this.#driver, this.#client, statement, (error, outcome, isUsable) => {
        this.#waiting.delete(reject);
        if (!isUsable) this.#isUsable = false;
        if (outcome) resolve(outcome);
        else reject(error!);
      });
    });
  }

  /** Sends several in one piece: the server need not wait for us between them. */
  runTogether(all: readonly Given[]): Promise<PromiseSettledResult<Outcome>[]> {
    const { stream } = this.#client.connection;
    stream.cork();
    const running = all.map((given) => this.run(given));
    stream.uncork();
    return Promise.allSettled(running);
  }

  async begin({ isolation, readOnly }: Beginning): Promise<void> {
    const level = isolation === undefined ? "" : ` ISOLATION LEVEL ${isolation.toUpperCase()}`;
    await this.run(plain(`BEGIN${level}${readOnly ? " READ ONLY" : ""}`));
  }

  /** A cursor of SQL: it needs no more of the driver than any statement, and holds for whatever gives rows. */
  async open({ text, params }: Given, batch: number): Promise<Cursor> {
    await this.run(plain("BEGIN"));
    await this.run({ text: `DECLARE aquests NO SCROLL CURSOR FOR ${text}`, params });
    return {
      read: async () => (await this.run(plain(`FETCH ${batch} FROM aquests`))).rows,
      close: async () => void (await this.run(plain("ROLLBACK"))),
    };
  }

  release(): void {
    if (this.#gone) return;
    this.#gone = badRequest("the transaction is over.");
    if ("pipeline" in this.#client) this.#client.pipeline = false;
    this.#hold.giveBack(this.#isUsable && this.#waiting.size === 0 && (this.#client.getTransactionStatus?.() ?? "I") === "I");
  }

  destroy(reason: Error): void {
    if (this.#gone) return;
    this.#gone = reason;
    this.#hold.giveUp(reason);
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
  }
}

const plain = (text: string): Given => ({ text, params: undefined });
