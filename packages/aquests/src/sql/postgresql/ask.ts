import type { Endpoint } from "../../core/endpoint.ts";
import type { AquestsError } from "../../errors.ts";
import type { Column, Outcome } from "../engine.ts";
import type { Given } from "../query.ts";
import { Compiler, type Statement } from "../statement.ts";
import type { PgClient, PgDriver, QueryResult, QueryResults } from "./driver.ts";
import { isComplaint, isStalePlan, postgresqlError } from "./faults.ts";
import { StatementNames } from "./names.ts";

/** How a statement ended. */
export type Answered = (error: AquestsError | undefined, outcome: Outcome | undefined, isUsable: boolean) => void;

/** Asks one statement of one connection: what pools and sessions have in common. */
export class Asker {
  readonly #endpoint: Endpoint;
  readonly #compiler = new Compiler("postgresql");
  readonly #names: StatementNames | undefined;

  constructor(endpoint: Endpoint, prepare: boolean) {
    this.#endpoint = endpoint;
    this.#names = prepare ? new StatementNames() : undefined;
  }

  /** @throws SKITAI_AQUESTS_BAD_REQUEST */
  compile(given: Given): Statement {
    return this.#compiler.compile(given);
  }

  /** @param answered is called once. */
  ask(driver: PgDriver, client: PgClient, { text, bound }: Statement, answered: Answered): void {
    const values = bound as readonly unknown[] | undefined;
    const name = values && values.length > 0 ? this.#names?.of(text) : undefined;
    const query = new driver.Query(text, values, (error, results) => {
      if (!error) return answered(undefined, outcomeOf(results), true);
      if (name !== undefined && isStalePlan(error)) {
        this.#names?.forget(text);
        // Inside a transaction nothing more is possible; outside, nothing has happened yet.
        if (client.getTransactionStatus?.() === "I") return this.ask(driver, client, { text, bound }, answered);
      }
      answered(postgresqlError(error, this.#endpoint.address), undefined, isUsable(error, text));
    });
    if (name !== undefined) query.name = name;
    client.query(query);
  }
}

/** The server's plain complaint leaves a connection as it was, unless the statement began a transaction; of other errors nothing is known. */
const isUsable = (error: Error, text: string): boolean => isComplaint(error) && !/\b(?:begin|start)\b/i.test(text);

const outcomeOf = (results: QueryResults): Outcome => {
  // Several for several statements at once: the rows are those of the last.
  const all = Array.isArray(results) ? (results as readonly QueryResult[]) : undefined;
  const last = all ? all.at(-1)! : (results as QueryResult);
  return {
    rows: last.rows,
    details: {
      columns: last.fields.map(toColumn),
      rowCount: all ? all.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0) : (last.rowCount ?? 0),
      command: last.command ?? "",
    },
  };
};

const toColumn = ({ name, dataTypeID }: QueryResult["fields"][number]): Column => ({ name, type: dataTypeID });
