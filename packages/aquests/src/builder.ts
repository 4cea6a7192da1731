import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Dialect,
} from "kysely";

/**
 * A query builder: Kysely without a connection, whose statements any database of this package carries out. It needs the package `kysely`.
 *
 * @param dialect what its statements are written for. PostgreSQL's do for SQLite too, as long as they use what both have.
 * @example
 * interface Tables { cities: { name: string; t_high: number } }
 * const sql = builder<Tables>();
 * const rs = await was.backend("@db").execute(sql.selectFrom("cities").select("name").where("t_high", ">", 30));
 * rs.data[0]?.name; // its type is known
 */
export const builder = <Tables>(dialect: "postgresql" | "sqlite3" = "postgresql"): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: dialect === "sqlite3" ? sqlite : postgresql });

const postgresql: Dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};

const sqlite: Dialect = {
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
};
