import type { Attempt } from "../core/attempt.ts";
import { begin } from "../core/begin.ts";
import type { Target } from "../core/call.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { Reply } from "../core/operation.ts";
import { AquestsError } from "../errors.ts";
import { SqlOperation, type Access } from "./operation.ts";
import type { Given } from "./query.ts";

/** Reads the rows of one statement, one batch ahead of who uses them. The connection is held until the end, or until the loop is left. */
export async function* readRows<Row>(
  access: Access,
  target: Target,
  given: Given,
  batch: number,
  options: { readonly timeout: number; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Row, void, void> {
  const handover = new Handover();
  const operation = new RowsOperation(access, given, batch, options.timeout, handover);
  const { signal } = options;
  const dispatch = begin(access.caller, { operation, target, options: { timeout: 0, ...(signal && { signal }) } });
  const ended = dispatch.wait().then(
    () => handover.end(),
    (error: Error) => handover.end(error),
  );
  try {
    for (;;) {
      const rows = await handover.take();
      if (!rows) return;
      yield* rows as Row[];
    }
  } finally {
    handover.leave();
    await ended;
  }
}

/** Holds a connection while its rows are read. */
class RowsOperation extends SqlOperation<null> {
  readonly method = "rows";
  readonly #given: Given;
  readonly #batch: number;
  readonly #timeout: number;
  readonly #handover: Handover;

  constructor(access: Access, given: Given, batch: number, timeout: number, handover: Handover) {
    super(access);
    this.#given = given;
    this.#batch = batch;
    this.#timeout = timeout;
    this.#handover = handover;
  }

  async send(endpoint: Endpoint, attempt: Attempt): Promise<Reply<null>> {
    const session = await this.#within(attempt, this.pool(endpoint).session(attempt, { readOnly: false }));
    try {
      const cursor = await this.#within(attempt, session.open(this.#given, this.#batch));
      for (;;) {
        const rows = await this.#within(attempt, cursor.read());
        if (rows.length === 0 || !(await this.#handover.offer(rows))) break;
      }
      await this.#within(attempt, cursor.close());
      return this.reply(null);
    } finally {
      session.release();
    }
  }

  /** The limit is for the database, not for the program that uses the rows. */
  async #within<Value>(attempt: Attempt, waiting: Promise<Value>): Promise<Value> {
    if (this.#timeout === 0) return await waiting;
    const error = (): AquestsError => new AquestsError("SKITAI_AQUESTS_TIMEOUT", { timeout: this.#timeout });
    const timer = setTimeout(() => attempt.cancel(error()), this.#timeout);
    try {
      return await waiting;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Hands one batch over at a time. */
class Handover {
  #rows: readonly unknown[] | undefined = undefined;
  #taken: ((isWanted: boolean) => void) | undefined = undefined;
  #offered: (() => void) | undefined = undefined;
  #isLeft = false;
  #end: { readonly error: Error | undefined } | undefined = undefined;

  /** Whether more is wanted, once it was taken. */
  offer(rows: readonly unknown[]): Promise<boolean> {
    if (this.#isLeft) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#rows = rows;
      this.#taken = resolve;
      this.#offered?.();
    });
  }

  /** The next batch; undefined at the end. Rejects with what went wrong. */
  async take(): Promise<readonly unknown[] | undefined> {
    while (!this.#rows && !this.#end) await new Promise<void>((resolve) => (this.#offered = resolve));
    const rows = this.#rows;
    this.#rows = undefined;
    this.#taken?.(true);
    this.#taken = undefined;
    if (rows) return rows;
    if (this.#end?.error !== undefined) throw this.#end.error;
    return undefined;
  }

  leave(): void {
    this.#isLeft = true;
    this.#taken?.(false);
  }

  end(error?: Error): void {
    this.#end = { error };
    this.#offered?.();
  }
}
