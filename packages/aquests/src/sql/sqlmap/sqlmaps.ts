import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { reasonOf } from "@skitai/reactor";
import type { Caller, Runtime } from "../../core/runtime.ts";
import { AquestsError } from "../../errors.ts";
import { badRequest } from "../faults.ts";
import type { SqlQuery } from "../query.ts";
import { valueFor, type Parameter } from "./parameter.ts";
import { parseSqlFile } from "./parse.ts";

/** The named statements of a directory. */
export interface SqlMaps {
  /**
   * A statement with its values, for `execute`, `do`, `batch` and `rows` of any database.
   *
   * @param name the file, a dot and the statement: `cities.warmest`.
   * @throws SKITAI_AQUESTS_BAD_REQUEST for a name that is not there, and for values that are not what the statement declares
   */
  <Row = Record<string, unknown>>(name: string, params?: Readonly<Record<string, unknown>>): SqlQuery<Row>;
}

/**
 * `was.sql("cities.warmest", { limit: 3 })`: a statement of the files `sqlmaps/*.sql` in the working directory.
 *
 * ```sql
 * -- name: warmest
 * -- params: country: string?, limit: int = 10
 * SELECT name, t_high FROM cities WHERE $country IS NULL OR country = $country ORDER BY t_high DESC LIMIT $limit;
 * ```
 *
 * Types are any, int, float, bool, string, date, bytes and json; `?` allows null. Values travel beside the text.
 *
 * @example await was.backend("@db").execute<City>(was.sql("cities.warmest", { limit: 3 }));
 */
export interface SqlVerb extends SqlMaps {
  /**
   * The statements of another directory; they are read once.
   *
   * @throws SKITAI_AQUESTS_SQLMAP naming file, line and what is wrong
   * @example const sql = client.sql.from(new URL("./sqlmaps", import.meta.url));
   */
  readonly from: (directory: string | URL) => SqlMaps;
}

export const sqlVerb = ({ runtime }: Caller): SqlVerb =>
  Object.assign(<Row>(name: string, params?: Readonly<Record<string, unknown>>) => sqlMapsOf(runtime, "sqlmaps")<Row>(name, params), {
    from: (directory: string | URL) => sqlMapsOf(runtime, directory),
  });

const read = new WeakMap<Runtime, Map<string, SqlMaps>>();

/** What one client has read stays as it is. */
const sqlMapsOf = (runtime: Runtime, directory: string | URL): SqlMaps => {
  const path = resolve(typeof directory === "string" ? directory : fileURLToPath(directory));
  const known = read.get(runtime) ?? new Map<string, SqlMaps>();
  read.set(runtime, known);
  const maps = known.get(path) ?? loadSqlMaps(path);
  known.set(path, maps);
  return maps;
};

const loadSqlMaps = (directory: string): SqlMaps => {
  const statements = new Map<string, { readonly text: string; readonly parameters: readonly Parameter[] }>();
  for (const file of filesOf(directory)) {
    const path = join(directory, file);
    try {
      for (const statement of parseSqlFile(readFileSync(path, "utf8"))) statements.set(`${file.slice(0, -4)}.${statement.name}`, statement);
    } catch (error) {
      throw new AquestsError("SKITAI_AQUESTS_SQLMAP", { file: path, reason: reasonOf(error) }, { cause: error });
    }
  }
  return (name, params = {}) => {
    const statement = statements.get(name);
    if (!statement)
      throw badRequest(`there is no statement ${name} in ${directory}. There are: ${[...statements.keys()].join(", ") || "none"}.`);
    const { text, parameters } = statement;
    const unknown = Object.keys(params).find((given) => !parameters.some((parameter) => parameter.name === given));
    if (unknown !== undefined)
      throw badRequest(`${name} has no parameter ${unknown}: ${parameters.map((each) => each.name).join(", ") || "none"}.`);
    try {
      return {
        sql: text,
        parameters: Object.fromEntries(parameters.map((parameter) => [parameter.name, valueFor(parameter, params[parameter.name])])),
      };
    } catch (error) {
      throw badRequest(`${name}: ${reasonOf(error)}`, error);
    }
  };
};

const filesOf = (directory: string): string[] => {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith(".sql"))
      .toSorted();
  } catch (error) {
    throw new AquestsError("SKITAI_AQUESTS_SQLMAP", { file: directory, reason: reasonOf(error) }, { cause: error });
  }
};
