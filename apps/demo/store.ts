import type { SqlDatabase } from "skitai";
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
  /** Only links of this third: 0, 1 or 2. */
  readonly third?: number;
  /** From 1. */
  readonly page: number;
  readonly size: number;
}

/** One page of links, and how many there are on all pages. */
export interface LinkPage {
  readonly links: readonly Link[];
  readonly total: number;
}

/** How many links were shared on a day. */
export interface Day {
  /** Its beginning in UTC, in milliseconds since 1970. */
  readonly day: number;
  readonly total: number;
}

/** The order of `ORDER BY created DESC, id DESC`. */
export const newestFirst = (a: Link, b: Link): number => b.created - a.created || b.id - a.id;

// All statements are for SQLite and for PostgreSQL. Numbers of 64 bits come as text from PostgreSQL, and become numbers here.

const schema = [
  `CREATE TABLE IF NOT EXISTS links (
     id BIGINT PRIMARY KEY, url TEXT NOT NULL UNIQUE, title TEXT NOT NULL, note TEXT NOT NULL, created BIGINT NOT NULL
   )`,
  `CREATE TABLE IF NOT EXISTS votes (
     link BIGINT NOT NULL REFERENCES links (id) ON DELETE CASCADE, voter TEXT NOT NULL, PRIMARY KEY (link, voter)
   )`,
];

const columns = `
  id, url, title, note, created,
  (SELECT count(*) FROM votes WHERE link = links.id) AS votes,
  (SELECT count(*) FROM votes WHERE link = links.id AND voter = $voter) AS voted
`;

type Row = Readonly<Record<keyof Link, string | number>>;

/** The most words of a search that count. */
const mostWords = 8;
const hour = 3_600_000;
const dayLength = 24 * hour;
/** A statement that only reads may be sent again when its connection breaks. */
const reading = { idempotent: true };

/** The links in the database of the alias `@links`, which all workers use at once. */
export class LinkStore {
  readonly #database: () => SqlDatabase;

  /** @param database asked for each statement, so that each may say anew which kept rows will do. */
  constructor(database: () => SqlDatabase) {
    this.#database = database;
  }

  /** Makes the tables where there are none, and fills a new board with a few links. */
  async prepare(): Promise<void> {
    // PostgreSQL lets one of two workers fail that make the same table at once: it then finds it made.
    const { status } = await this.#db.batch(schema);
    if (status !== 3) await this.#db.batch(schema).wait();
    const known = await this.#db.execute("SELECT id FROM links LIMIT 1");
    if (known.reraise().data.length > 0) return;
    const now = Date.now();
    const text = "INSERT INTO links (id, url, title, note, created) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    await this.#db
      .batch(seeds.map(({ url, title, note }, at) => [text, [at + 1, url, title, note, now - (seeds.length - at) * 5 * hour]]))
      .wait();
  }

  /** One page of links, and how many there are on all pages. */
  async list({ voter, order = "new", words = "", third, page, size }: LinkQuery): Promise<LinkPage> {
    const terms = words.split(/\s+/).filter(Boolean).slice(0, mostWords);
    const conditions = terms.map((_, place) => `lower(title || ' ' || note || ' ' || url) LIKE lower($word${place}) ESCAPE '\\'`);
    if (third !== undefined) conditions.push("id % 3 = $third");
    const where = conditions.join(" AND ") || "TRUE";
    const patterns = Object.fromEntries(terms.map((term, place) => [`word${place}`, `%${term.replace(/[\\%_]/g, "\\$&")}%`]));
    const rank = order === "top" ? "votes DESC, created DESC, id DESC" : "created DESC, id DESC";
    const text = `SELECT ${columns} FROM links WHERE ${where} ORDER BY ${rank} LIMIT $size OFFSET $skipped`;
    // Both are under way at once.
    const [rows, total] = await Promise.all([
      this.#rows<Row>(text, { voter, third, size, skipped: (page - 1) * size, ...patterns }),
      this.#count(where, { third, ...patterns }),
    ]);
    return { links: rows.map(linkOf), total };
  }

  async get(id: number, voter: string): Promise<Link | undefined> {
    const [row] = await this.#rows<Row>(`SELECT ${columns} FROM links WHERE id = $id`, { id, voter });
    return row && linkOf(row);
  }

  /** Adds a link. An address that is there already is not added twice: the answer is the id of the earlier one. */
  async add({ url, title, note }: Submission): Promise<{ id: number; isNew: boolean }> {
    const text = `INSERT INTO links (id, url, title, note, created)
      SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4 FROM links WHERE TRUE ON CONFLICT DO NOTHING RETURNING id`;
    for (;;) {
      const [added] = (await this.#db.execute<Row>(text, [url, title, note, Date.now()])).reraise().data;
      if (added) return { id: Number(added.id), isNew: true };
      const [known] = (await this.#db.execute<Row>("SELECT id FROM links WHERE url = $1", [url])).reraise().data;
      if (known) return { id: Number(known.id), isNew: false };
      // Somebody else took the number at the same moment: there is a next one.
    }
  }

  /** Gives a visitor's vote to a link, or takes it back. False when there is no such link. */
  vote(id: number, voter: string): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const links = await tx.execute("SELECT id FROM links WHERE id = $1", [id]);
      if (links.data.length === 0) return false;
      const taken = await tx.do("DELETE FROM votes WHERE link = $1 AND voter = $2", [id, voter]);
      if (taken.data === 0) await tx.do("INSERT INTO votes (link, voter) VALUES ($1, $2) ON CONFLICT DO NOTHING", [id, voter]);
      return true;
    });
  }

  count(): Promise<number> {
    return this.#count("TRUE", {});
  }

  /** The newest days on which links were shared. */
  async days(most: number): Promise<Day[]> {
    const text = `SELECT created / ${dayLength} AS day, count(*) AS total FROM links GROUP BY day ORDER BY day DESC LIMIT $1`;
    const rows = await this.#rows<Readonly<Record<keyof Day, string | number>>>(text, [most]);
    return rows.map(({ day, total }) => ({ day: Number(day) * dayLength, total: Number(total) }));
  }

  get #db(): SqlDatabase {
    return this.#database();
  }

  async #count(where: string, values: Readonly<Record<string, unknown>>): Promise<number> {
    const [row] = await this.#rows<{ readonly total: string | number }>(`SELECT count(*) AS total FROM links WHERE ${where}`, values);
    return Number(row?.total);
  }

  /** Rows, kept for a minute for whoever accepts kept ones. */
  async #rows<Kind>(text: string, values: readonly unknown[] | Readonly<Record<string, unknown>>): Promise<Kind[]> {
    return (await this.#db.execute<Kind>(text, values, reading).cache(60)).reraise().data;
  }
}

const linkOf = ({ id, url, title, note, created, votes, voted }: Row): Link => ({
  id: Number(id),
  url: String(url),
  title: String(title),
  note: String(note),
  created: Number(created),
  votes: Number(votes),
  voted: Number(voted) > 0,
});
