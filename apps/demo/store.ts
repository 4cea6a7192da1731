import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { seeds } from "./seeds.ts";
import type { Submission } from "./submission.ts";

/** A link of the board, as one visitor sees it. */
export interface Link extends Submission {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly votes: number;
  /** Whether this visitor has voted for it. */
  readonly voted: boolean;
}

export interface LinkQuery {
  readonly voter: string;
  readonly order?: "new" | "top";
  /** Words that all have to be in the title, the note or the address. */
  readonly words?: string;
  /** From 1. */
  readonly page: number;
  readonly size: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS links (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, title TEXT NOT NULL, note TEXT NOT NULL, created INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS votes (
    link INTEGER NOT NULL REFERENCES links (id) ON DELETE CASCADE, voter TEXT NOT NULL, PRIMARY KEY (link, voter)
  ) STRICT, WITHOUT ROWID;
`;

const columns = `
  id, url, title, note, created,
  (SELECT count(*) FROM votes WHERE link = links.id) AS votes,
  EXISTS (SELECT 1 FROM votes WHERE link = links.id AND voter = :voter) AS voted
`;

/** The most words of a search that count. */
const mostWords = 8;
/** How long a write waits for the other worker's, in milliseconds. */
const patience = 5_000;

/** The links in an SQLite database, which all workers have open at once. */
export class LinkStore {
  readonly #file: string;
  #database: DatabaseSync | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Opens the database, and fills a new one with a few links. */
  open(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    this.#database = new DatabaseSync(this.#file, { timeout: patience });
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    this.#inTransaction(() => {
      this.#db.exec(schema);
      if (this.count() > 0) return;
      const hour = 3_600_000;
      seeds.forEach((seed, place) => this.#insert(seed, Date.now() - (seeds.length - place) * 5 * hour));
    });
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** One page of links, and how many there are on all pages. */
  list({ voter, order = "new", words = "", page, size }: LinkQuery): { links: Link[]; total: number } {
    const terms = words.split(/\s+/).filter(Boolean).slice(0, mostWords);
    const where = terms.map((_, place) => `(title || ' ' || note || ' ' || url) LIKE :word${place} ESCAPE '\\'`).join(" AND ") || "TRUE";
    const patterns = Object.fromEntries(terms.map((term, place) => [`word${place}`, `%${term.replace(/[\\%_]/g, "\\$&")}%`]));
    const rank = order === "top" ? "votes DESC, created DESC, id DESC" : "created DESC, id DESC";
    const rows = this.#db
      .prepare(`SELECT ${columns} FROM links WHERE ${where} ORDER BY ${rank} LIMIT :size OFFSET :skipped`)
      .all({ voter, size, skipped: (page - 1) * size, ...patterns });
    const total = this.#db.prepare(`SELECT count(*) AS total FROM links WHERE ${where}`).get(patterns)?.["total"];
    return { links: rows.map(linkOf), total: Number(total) };
  }

  get(id: number, voter: string): Link | undefined {
    const row = this.#db.prepare(`SELECT ${columns} FROM links WHERE id = :id`).get({ id, voter });
    return row && linkOf(row);
  }

  /** Adds a link. An address that is there already is not added twice: the answer is the id of the earlier one. */
  add(submission: Submission): { id: number; isNew: boolean } {
    return this.#inTransaction(() => {
      const known = this.#db.prepare("SELECT id FROM links WHERE url = ?").get(submission.url);
      return known ? { id: Number(known["id"]), isNew: false } : { id: this.#insert(submission, Date.now()), isNew: true };
    });
  }

  /** Gives a visitor's vote to a link, or takes it back. False when there is no such link. */
  vote(id: number, voter: string): boolean {
    return this.#inTransaction(() => {
      if (!this.get(id, voter)) return false;
      const { changes } = this.#db.prepare("DELETE FROM votes WHERE link = ? AND voter = ?").run(id, voter);
      if (changes === 0) this.#db.prepare("INSERT INTO votes (link, voter) VALUES (?, ?)").run(id, voter);
      return true;
    });
  }

  count(): number {
    return Number(this.#db.prepare("SELECT count(*) AS total FROM links").get()?.["total"]);
  }

  /** For the status page. */
  status(): { links: number } {
    return { links: this.count() };
  }

  get #db(): DatabaseSync {
    if (!this.#database) throw new Error(`The database ${this.#file} is not open.`);
    return this.#database;
  }

  #insert({ url, title, note }: Submission, created: number): number {
    return Number(
      this.#db.prepare("INSERT INTO links (url, title, note, created) VALUES (?, ?, ?, ?)").run(url, title, note, created).lastInsertRowid,
    );
  }

  // Immediate: two workers that read first and then both want to write would wait for each other.
  #inTransaction<Result>(work: () => Result): Result {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

const linkOf = (row: Record<string, SQLOutputValue>): Link => ({
  id: Number(row["id"]),
  url: String(row["url"]),
  title: String(row["title"]),
  note: String(row["note"]),
  created: Number(row["created"]),
  votes: Number(row["votes"]),
  voted: row["voted"] === 1,
});
