import { join } from "node:path";
import { DB_PGSQL, DB_SQLITE3, type AliasKind } from "skitai";

/** What can be set from outside. This is the one place that reads the environment. */
export interface Settings {
  /** The port on 127.0.0.1. @default 5000, or `PORT` */
  readonly port: number;
  /** The ports of the three search services. @default the three after `port`, or `SKITAI_DEMO_SEARCH_PORTS` with commas in between */
  readonly searchPorts: readonly number[];
  /** The directory of the database: outside of what is under version control. @default "var" beside this file, or `SKITAI_DEMO_DATA` */
  readonly dataPath: string;
  /** Where the links are: kind and member of the alias `@links`. @default SQLite, or PostgreSQL at `SKITAI_DEMO_PGSQL` */
  readonly links: readonly [kind: AliasKind, member: string];
}

const { PORT = "5000", SKITAI_DEMO_SEARCH_PORTS, SKITAI_DEMO_DATA, SKITAI_DEMO_PGSQL } = process.env;

const port = Number(PORT);
const dataPath = SKITAI_DEMO_DATA ?? join(import.meta.dirname, "var");

export const settings: Settings = {
  port,
  searchPorts: SKITAI_DEMO_SEARCH_PORTS?.split(",").map(Number) ?? [port + 1, port + 2, port + 3],
  dataPath,
  // This is the line to change for PostgreSQL: links: [DB_PGSQL, "user:password@127.0.0.1:5432/links"],
  links: SKITAI_DEMO_PGSQL === undefined ? [DB_SQLITE3, join(dataPath, "links.db")] : [DB_PGSQL, SKITAI_DEMO_PGSQL],
};
