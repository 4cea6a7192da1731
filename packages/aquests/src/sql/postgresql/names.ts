import { createHash } from "node:crypto";

/** Statements that may stay prepared on each connection; the server holds memory for every one. */
const kept = 500;

/** The names of prepared statements. They follow from the text, so that clients that share a server connection (PgBouncer) agree on them. */
export class StatementNames {
  readonly #names = new Map<string, string | undefined>();

  /** Undefined where the statement should not be prepared. */
  of(text: string): string | undefined {
    if (this.#names.has(text)) return this.#names.get(text);
    if (this.#names.size >= kept) return undefined;
    const name = `aquests ${createHash("sha256").update(text).digest("base64url").slice(0, 32)}`;
    this.#names.set(text, name);
    return name;
  }

  /** From now on it is not prepared: its tables change. */
  forget(text: string): void {
    this.#names.set(text, undefined);
  }
}
