import { badRequest } from "./faults.ts";

/** Values of `$1`, `$2`, ... in an array, or of `$name` in an object. They travel beside the text, never in it. */
export type SqlParams = readonly unknown[] | Readonly<Record<string, unknown>>;

/** A statement with its values, as sqlmaps and query builders make it. */
export interface CompiledQuery {
  readonly sql: string;
  readonly parameters?: SqlParams;
}

/** What a query builder of Kysely's kind holds: its rows are known. */
export interface BuiltQuery<Row> {
  compile(): CompiledQuery;
  execute(): Promise<Row[]>;
}

/** What other builders hold: an object with `sql`, or `toSQL()` that gives one. */
export interface ForeignQuery {
  toSQL(): { readonly sql: string };
}

/** A statement with a type for its rows, which is there for the compiler alone. */
export interface SqlQuery<Row> extends CompiledQuery {
  readonly rows?: Row;
}

/** Whatever `execute` takes: text, or a statement that brings its values along. */
export type Query<Row> = string | SqlQuery<Row> | BuiltQuery<Row> | ForeignQuery;

/** A statement as it was given: text and values. */
export interface Given {
  readonly text: string;
  readonly params: SqlParams | undefined;
}

/**
 * The text and the values of anything that `execute` takes.
 *
 * @throws SKITAI_AQUESTS_BAD_REQUEST when it is no statement, or when it brings values and is given others.
 */
export const readQuery = (query: unknown, params?: SqlParams): Given => {
  if (typeof query === "string") return { text: checkedText(query), params: checkedParams(params) };
  const compiled = compile(query);
  const brought = ["parameters", "params", "bindings", "values"]
    .map((name) => Reflect.get(compiled, name) as unknown)
    .find((own) => own !== undefined);
  if (params !== undefined && brought !== undefined) throw badRequest("a statement that brings its values along is given others.");
  return { text: checkedText(Reflect.get(compiled, "sql") ?? Reflect.get(compiled, "text")), params: checkedParams(params ?? brought) };
};

const compile = (query: unknown): object => {
  if (typeof query !== "object" || query === null) throw badRequest("a statement is a text, or an object of a query builder.");
  // Knex writes `?` unless it is asked for what the database itself reads.
  for (const name of ["compile", "toSQL", "toNative"]) {
    const method: unknown = Reflect.get(query, name);
    if (typeof method !== "function") continue;
    const made: unknown = Reflect.apply(method, query, []);
    if (typeof made === "object" && made !== null) return name === "toNative" ? made : compileFurther(made);
  }
  return query;
};

const compileFurther = (made: object): object => {
  const native: unknown = Reflect.get(made, "toNative");
  return typeof native === "function" ? (Reflect.apply(native, made, []) as object) : made;
};

const checkedText = (text: unknown): string => {
  if (typeof text !== "string" || text.trim() === "") throw badRequest("there is no statement.");
  return text;
};

const checkedParams = (params: unknown): SqlParams | undefined => {
  if (params === undefined || Array.isArray(params)) return params as SqlParams | undefined;
  const prototype: unknown = typeof params === "object" && params !== null ? Object.getPrototypeOf(params) : undefined;
  if (prototype === Object.prototype || prototype === null) return params as SqlParams;
  throw badRequest("values are an array, for $1, or a plain object, for $name.");
};
