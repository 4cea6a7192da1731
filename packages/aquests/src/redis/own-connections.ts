import type { Attempt } from "../core/attempt.ts";
import { orStopped } from "../core/stopped.ts";
import type { AquestsError } from "../errors.ts";
import type { RedisConnection } from "./connection.ts";
import type { RedisSettings } from "./options.ts";

interface Idle {
  readonly connection: RedisConnection;
  /** `performance.now()` when it was given back. */
  readonly since: number;
}

/** Connections that one command has for itself. */
export class OwnConnections {
  readonly #settings: RedisSettings;
  readonly #make: () => RedisConnection;
  readonly #open = new Set<RedisConnection>();
  /** The one that was used last stands last. */
  #idle: Idle[] = [];
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined = undefined;
  #closed: AquestsError | undefined = undefined;

  constructor(settings: RedisSettings, make: () => RedisConnection) {
    this.#settings = settings;
    this.#make = make;
  }

  /** A connection, as soon as there is one. Give it back in any case. */
  async take(attempt: Attempt): Promise<RedisConnection> {
    for (;;) {
      if (this.#closed) throw this.#closed;
      const idle = this.#idle.pop()?.connection;
      if (idle?.isUsable) return idle;
      if (idle) this.giveBack(idle);
      else if (this.#open.size < this.#settings.poolSize) return await this.#connect(attempt);
      else await this.#turn(attempt);
    }
  }

  giveBack(connection: RedisConnection): void {
    if (connection.isUsable) {
      this.#idle.push({ connection, since: performance.now() });
      this.#expireLater();
    } else {
      connection.destroy();
      this.#open.delete(connection);
    }
    this.#wake();
  }

  close(reason: AquestsError): void {
    this.#closed = reason;
    clearTimeout(this.#timer);
    for (const connection of this.#open) connection.destroy(reason);
    for (const wake of this.#waiting) wake();
  }

  async #connect(attempt: Attempt): Promise<RedisConnection> {
    const connection = this.#make();
    this.#open.add(connection);
    try {
      return await orStopped(attempt, connection.ready);
    } catch (error) {
      connection.destroy();
      this.giveBack(connection);
      throw this.#closed ?? error;
    }
  }

  /** Waits until a connection may be free. */
  async #turn(attempt: Attempt): Promise<void> {
    let wake!: () => void;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#waiting.add(wake);
    try {
      await orStopped(attempt, woken);
    } finally {
      // Who was woken and does not want it any more wakes the next one.
      if (!this.#waiting.delete(wake) && attempt.cancelled) this.#wake();
    }
  }

  #wake(): void {
    const [first] = this.#waiting;
    if (!first) return;
    this.#waiting.delete(first);
    first();
  }

  #expireLater(): void {
    const { idleTimeout } = this.#settings;
    if (idleTimeout === 0 || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const oldest = performance.now() - idleTimeout;
      const [expired, kept] = [this.#idle.filter(({ since }) => since <= oldest), this.#idle.filter(({ since }) => since > oldest)];
      this.#idle = kept;
      for (const { connection } of expired) {
        connection.destroy();
        this.#open.delete(connection);
      }
      if (kept.length > 0) this.#expireLater();
    }, idleTimeout).unref();
  }
}
