import { builder } from "../src/builder.ts";
import type { Client, Dispatch, MapDispatch, SqlDatabase } from "../src/index.ts";

// Checked by tsc: what is marked must not compile, everything else must.

interface City {
  name: string;
  t_high: number;
}

interface Tables {
  cities: City;
}

export const rows = async (client: Client, db: SqlDatabase): Promise<void> => {
  const rs = await db.execute<City>("SELECT * FROM cities WHERE name = $1", ["Seoul"]);
  const high: number | undefined = rs.data[0]?.t_high;
  const sent: Dispatch<City[]> = client.backend("@db").execute<City>("SELECT 1");
  const all: MapDispatch<City[]> = client.postgresql.map("@db").execute<City>("SELECT 1");
  const changed: number = (await db.do("DELETE FROM cities")).data;
  const built = await db.execute(builder<Tables>().selectFrom("cities").select("t_high"));
  const alsoHigh: number | undefined = built.data[0]?.t_high;
  const value: string = await db.transaction(async (tx) => (await tx.execute<City>("SELECT 1")).data[0]?.name ?? "");
  for await (const { name } of db.rows<City>("SELECT * FROM cities")) void name.length;
  void [high, sent, all, changed, alsoHigh, value];

  // @ts-expect-error a row has no such column
  void rs.data[0]?.humidity;
  // @ts-expect-error the builder knows what was selected
  void built.data[0]?.name;
  // @ts-expect-error values are an array or an object
  void db.execute("SELECT $1", "Seoul");
  // @ts-expect-error there is no such option
  void db.execute("SELECT 1", [], { timeot: 1 });
  // @ts-expect-error a statement is needed
  void db.execute();
  // @ts-expect-error what a column holds is not known unless it is said
  const unknownName: string = (await db.execute("SELECT name FROM cities")).data[0]?.["name"];
  // @ts-expect-error a server is a text
  void client.postgresql(5432);
  // @ts-expect-error an option of PostgreSQL
  void client.sqlite3("x.db", { ssl: true });
  // @ts-expect-error all members are asked by alias
  void client.postgresql.map("127.0.0.1:5432");
  // @ts-expect-error all members cannot hold one transaction
  void client.postgresql.map("@db").transaction(async () => 1);
  // @ts-expect-error the work of a transaction is asynchronous
  void db.transaction(() => 1);
  // @ts-expect-error there is no such isolation
  void db.transaction(async () => 1, { isolation: "none" });
  void unknownName;
};

export const filtered = (client: Client): void => {
  const db = client.postgresql.map("@dbs", { filter: (rs) => void (rs.data = []) });
  void db.execute<City>("SELECT 1", [], { filter: (rs) => void (rs.data = rs.data.filter(({ t_high }) => t_high > 3)) });
};
