import { AquestsError } from "../../errors.ts";
import type { Beginning, Cursor, Outcome, Session } from "../engine.ts";
import type { Given } from "../query.ts";
import type { Asker } from "./ask.ts";
import type { PgClient, Release } from "./driver.ts";

/** A connection to PostgreSQL that one user holds. */
export class PostgresqlSession implements Session {
  readonly #asker: Asker;
  readonly #client: PgClient;
  readonly #giveBack: (isUsable: boolean) => void;
  readonly #stop: () => void;
  readonly #waiting = new Set<(reason: Error) => void>();
  #gone: Error | undefined = undefined;
  #isUsable = true;

  /** @param stop cancels what runs at the server and destroys the connection. */
  constructor(asker: Asker, client: PgClient, release: Release, stop: () => void) {
    this.#asker = asker;
    this.#client = client;
    this.#giveBack = (isUsable) => release(!isUsable);
    this.#stop = stop;
    if ("pipeline" in client) client.pipeline = true;
  }

  run(given: Given): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#gone) throw this.#gone;
      const statement = this.#asker.compile(given);
      this.#waiting.add(reject);
      this.#asker.ask(this.#client, statement, (error, outcome, isUsable) => {
        this.#waiting.delete(reject);
        if (!isUsable) this.#isUsable = false;
        if (outcome) resolve(outcome);
        else reject(error!);
      });
    });
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
    this.#gone = over;
    if ("pipeline" in this.#client) this.#client.pipeline = false;
    this.#giveBack(this.#isUsable && this.#waiting.size === 0 && (this.#client.getTransactionStatus?.() ?? "I") === "I");
  }

  destroy(reason: Error): void {
    if (this.#gone) return;
    this.#gone = reason;
    this.#stop();
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
  }
}

const plain = (text: string): Given => ({ text, params: undefined });

const over: AquestsError = new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: "the transaction is over." });
