import type { PgClient } from "./driver.ts";

/** Who waits for a connection. Exactly one of the two is called, unless it leaves. */
export interface Waiter {
  take(client: PgClient): void;
  fail(error: Error): void;
}

/**
 * The connections to one server: a bounded number, each with one user at a time. The pool that comes with `pg` is not used, since it takes the
 * wait in its line for a server that does not answer, keeps those in line who have given up, and leaves connections open that could not log in.
 */
export class Connections {
  readonly #most: number;
  readonly #idleTimeout: number;
  readonly #open: (ended: (client: PgClient) => void) => Promise<PgClient>;
  readonly #all = new Set<PgClient>();
  /** The one that was used last is used next, so that those too many get old. */
  readonly #idle: PgClient[] = [];
  readonly #idleSince = new WeakMap<PgClient, number>();
  readonly #waiting = new Set<Waiter>();
  #opening = 0;
  #timer: NodeJS.Timeout | undefined = undefined;
  #isClosed = false;

  /**
   * @param idleTimeout milliseconds.
   * @param open opens one and tells when it has ended, whoever ended it.
   */
  constructor(most: number, idleTimeout: number, open: (ended: (client: PgClient) => void) => Promise<PgClient>) {
    this.#most = most;
    this.#idleTimeout = idleTimeout;
    this.#open = open;
  }

  /** Gives a connection, at once where one is idle. */
  acquire(waiter: Waiter): void {
    for (;;) {
      const client = this.#idle.pop();
      if (!client) break;
      // Its end may be known to the system already, though not to the driver.
      if (client.connection.stream.writable) {
        client.ref();
        return waiter.take(client);
      }
      this.discard(client);
    }
    this.#waiting.add(waiter);
    this.#grow();
  }

  /** Turns away from the line. */
  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  release(client: PgClient): void {
    if (this.#isClosed || !client.connection.stream.writable) return this.discard(client);
    const [waiter] = this.#waiting;
    if (waiter) {
      this.#waiting.delete(waiter);
      return waiter.take(client);
    }
    // A program whose calls have ended may end.
    client.unref();
    this.#idleSince.set(client, performance.now());
    this.#idle.push(client);
    this.#timer ??= setTimeout(this.#sweep, this.#idleTimeout).unref();
  }

  /** Breaks a connection off; another one takes its place when it is needed. */
  discard(client: PgClient): void {
    client.connection.stream.destroy();
    this.#forget(client);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const client of this.#idle.splice(0)) this.#dismiss(client);
  }

  #grow(): void {
    while (!this.#isClosed && this.#waiting.size > this.#opening && this.#all.size + this.#opening < this.#most) this.#add();
  }

  #add(): void {
    this.#opening++;
    this.#open((client) => this.#forget(client)).then(
      (client) => {
        this.#opening--;
        this.#all.add(client);
        this.release(client);
      },
      (error: Error) => {
        this.#opening--;
        const [waiter] = this.#waiting;
        if (waiter) {
          this.#waiting.delete(waiter);
          waiter.fail(error);
        }
        this.#grow();
      },
    );
  }

  #forget(client: PgClient): void {
    if (!this.#all.delete(client)) return;
    const at = this.#idle.indexOf(client);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#grow();
  }

  /** Says goodbye to the server. */
  #dismiss(client: PgClient): void {
    this.#all.delete(client);
    void client.end().catch(ignore);
  }

  readonly #sweep = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (;;) {
      const oldest = this.#idle[0];
      if (!oldest) return;
      const rest = (this.#idleSince.get(oldest) ?? 0) + this.#idleTimeout - now;
      if (rest > 0) {
        this.#timer = setTimeout(this.#sweep, rest).unref();
        return;
      }
      this.#idle.shift();
      this.#dismiss(oldest);
    }
  };
}

const ignore = (): void => {};
