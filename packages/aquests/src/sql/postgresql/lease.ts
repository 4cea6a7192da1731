import type { Attempt } from "../../core/attempt.ts";
import type { AquestsError } from "../../errors.ts";
import type { Waiter } from "./connections.ts";
import type { PgClient } from "./driver.ts";

/** A lease as its pool knows it. */
export interface Held extends Waiter {
  /** Undefined while it waits. */
  readonly client: PgClient | undefined;
  isOver: boolean;
  giveUp(reason: Error): void;
}

/** What a lease asks of its pool. */
interface Owner {
  /** The end. @param isUsable whether others may have the connection */
  end(lease: Held, isUsable?: boolean): void;
  /** Stops at the server what is running. */
  stop(lease: Held): void;
  translate(error: Error): AquestsError;
}

/** A connection that is waited for, and then used until it is given back or the attempt is over. */
export class Lease<Value> implements Held {
  client: PgClient | undefined = undefined;
  isOver = false;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: Error) => void;
  readonly #owner: Owner;
  readonly #attempt: Attempt;
  readonly #use: (lease: Lease<Value>, client: PgClient) => void;

  constructor(
    owner: Owner,
    attempt: Attempt,
    use: (lease: Lease<Value>, client: PgClient) => void,
    resolve: (value: Value) => void,
    reject: (reason: Error) => void,
  ) {
    this.#owner = owner;
    this.#attempt = attempt;
    this.#use = use;
    this.resolve = resolve;
    this.reject = reject;
  }

  take(client: PgClient): void {
    this.client = client;
    this.#attempt.sent = true;
    this.#use(this, client);
  }

  fail(error: Error): void {
    this.giveBack(false);
    this.reject(this.#owner.translate(error));
  }

  giveBack(isUsable: boolean): void {
    if (!this.isOver) this.#owner.end(this, isUsable);
  }

  /** Nobody waits for it any longer: what runs is stopped. */
  giveUp(reason: Error): void {
    if (this.isOver) return;
    this.#owner.stop(this);
    this.reject(reason);
  }
}
