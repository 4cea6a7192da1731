import { ReactorError } from "../errors.ts";
import type { Coordinator } from "./types.ts";

/** Where workers tell each other what has changed. */
const channel = "skitai:model-changed";

interface Change {
  readonly key: string;
  readonly args: readonly unknown[];
}

export interface LastUpdatesParts {
  coordinator(): Coordinator;
  /** Something changed, in whichever worker. */
  changed(key: string, args: readonly unknown[]): void;
}

/**
 * When what a service works with was last updated, by keys that are declared before it starts: `addlu`, `setlu` and `getlu`.
 * Without keys it costs nothing.
 */
export class LastUpdates {
  readonly #parts: LastUpdatesParts;
  readonly #keys = new Set<string>();

  constructor(parts: LastUpdatesParts) {
    this.#parts = parts;
  }

  /** @throws SKITAI_REACTOR_BAD_OPTION when a key is no text. */
  declare(keys: readonly string[]): void {
    for (const key of keys) {
      if (typeof key !== "string" || key === "") {
        throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", {
          what: "A key of addlu()",
          value: key,
          hint: 'Use a text, such as "tables.users".',
        });
      }
      this.#keys.add(key);
    }
  }

  /** Fetches the table and listens for changes, if there are keys. */
  async start(): Promise<void> {
    if (this.#keys.size === 0) return;
    const coordinator = this.#parts.coordinator();
    await coordinator.subscribe(channel, (message) => {
      const { key, args } = message as Change;
      this.#parts.changed(key, args);
    });
    await coordinator.updates.load();
  }

  /**
   * Milliseconds since the epoch of the newest update of these keys.
   *
   * @throws SKITAI_REACTOR_NO_UPDATE_KEYS, SKITAI_REACTOR_UPDATE_KEY_UNKNOWN
   */
  get(keys: readonly string[]): number {
    if (keys.length === 0) throw new ReactorError("SKITAI_REACTOR_NO_UPDATE_KEYS", { method: "getlu" });
    for (const key of keys) if (!this.#keys.has(key)) this.#refuse("getlu", key);
    return this.#parts.coordinator().updates.get(...keys);
  }

  /**
   * Notes that something was updated now. Resolves when every worker knows.
   *
   * @throws SKITAI_REACTOR_NO_UPDATE_KEYS, SKITAI_REACTOR_UPDATE_KEY_UNKNOWN at once.
   */
  set(key: string, args: readonly unknown[]): Promise<void> {
    if (!this.#keys.has(key)) this.#refuse("setlu", key);
    const coordinator = this.#parts.coordinator();
    const updated = coordinator.updates.set(key);
    const told = coordinator.publish(channel, { key, args } satisfies Change);
    return Promise.all([updated, told]).then(() => {});
  }

  #refuse(method: string, key: string): never {
    if (this.#keys.size === 0) throw new ReactorError("SKITAI_REACTOR_NO_UPDATE_KEYS", { method });
    throw new ReactorError("SKITAI_REACTOR_UPDATE_KEY_UNKNOWN", { value: key, known: Array.from(this.#keys).join(", ") });
  }
}
