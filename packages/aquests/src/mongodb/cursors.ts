import type { MongodbCursor } from "./cursor.ts";

/** Most cursors that are kept open for who may ask for more; beyond, the one that rested longest is closed. */
const most = 1000;

interface Kept {
  readonly cursor: MongodbCursor;
  readonly timer: NodeJS.Timeout | undefined;
}

/** The cursors of a server that somebody may ask for more, by their numbers. Those that nobody asks are closed after a while. */
export class OpenCursors {
  readonly #timeout: number;
  readonly #kept = new Map<string, Kept>();

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  keep(id: string, cursor: MongodbCursor): void {
    const timer = this.#timeout === 0 ? undefined : setTimeout(() => this.#drop(id), this.#timeout).unref();
    this.#kept.set(id, { cursor, timer });
    if (this.#kept.size > most) this.#drop(this.#kept.keys().next().value!);
  }

  /** Takes a cursor out: it is to be kept again, or closed. */
  take(id: string): MongodbCursor | undefined {
    const kept = this.#kept.get(id);
    clearTimeout(kept?.timer);
    this.#kept.delete(id);
    return kept?.cursor;
  }

  /** Forgets all of them; their connections are closed anyway. */
  clear(): void {
    for (const { timer } of this.#kept.values()) clearTimeout(timer);
    this.#kept.clear();
  }

  #drop(id: string): void {
    void this.take(id)
      ?.close(AbortSignal.timeout(10_000))
      .catch(() => undefined);
  }
}
