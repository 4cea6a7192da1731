import { badRequest } from "./faults.ts";
import { findPlaceholders, type Dialect, type Placeholders } from "./placeholders.ts";
import type { Given, SqlParams } from "./query.ts";

/** Values by number or by name, as a driver takes them. */
export type Bound = readonly unknown[] | Readonly<Record<string, unknown>>;

/** A statement as one dialect takes it. */
export interface Statement {
  readonly text: string;
  readonly bound: Bound | undefined;
}

/** How a text is understood: found once, since most texts come again and again. */
interface Plan {
  readonly text: string;
  readonly highest: number;
  readonly anonymous: number;
  /** Each name once, in the order of its first use. */
  readonly names: readonly string[];
}

/** Texts whose plans are kept; more than that are made up as the program goes, and not worth keeping. */
const keptPlans = 1000;

/** Turns statements into those of one dialect. */
export class Compiler {
  readonly #dialect: Dialect;
  readonly #plans = new Map<string, Plan>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** @throws SKITAI_AQUESTS_BAD_REQUEST when values and placeholders do not belong together */
  compile({ text, params }: Given): Statement {
    if (this.#dialect === "postgresql" && (params === undefined || isList(params))) return { text, bound: params };
    const plan = this.#plan(text);
    if (params === undefined || isList(params)) return numbered(plan, params ?? []);
    if (plan.highest + plan.anonymous > 0) throw badRequest("the statement has numbered parameters and is given named values.");
    return { text: plan.text, bound: this.#dialect === "postgresql" ? inOrder(plan, params) : byName(plan, params) };
  }

  #plan(text: string): Plan {
    const known = this.#plans.get(text);
    if (known) return known;
    const made = makePlan(text, findPlaceholders(text, this.#dialect), this.#dialect);
    if (this.#plans.size >= keptPlans) this.#plans.clear();
    this.#plans.set(text, made);
    return made;
  }
}

const isList = (params: SqlParams): params is readonly unknown[] => Array.isArray(params);

const makePlan = (text: string, { highest, anonymous, marks }: Placeholders, dialect: Dialect): Plan => {
  const names = [...new Set(marks.map((mark) => mark.name))];
  if (dialect === "sqlite3") return { text, highest, anonymous, names };
  let written = "";
  let at = 0;
  for (const mark of marks) {
    written += `${text.slice(at, mark.at)}$${names.indexOf(mark.name) + 1}`;
    at = mark.end;
  }
  return { text: written + text.slice(at), highest, anonymous, names };
};

const numbered = ({ text, highest, anonymous, names }: Plan, values: readonly unknown[]): Statement => {
  if (names.length > 0) throw badRequest(`the statement has named parameters (${names.join(", ")}): give their values in an object.`);
  if (highest > 0 && anonymous > 0) throw badRequest("the statement has parameters with a number and others without.");
  const wanted = highest + anonymous;
  if (values.length !== wanted) throw badRequest(`the statement has ${wanted} parameters and is given ${values.length} values.`);
  if (highest === 0) return { text, bound: values };
  return { text, bound: Object.fromEntries(values.map((value, index) => [index + 1, value])) };
};

const byName = ({ names }: Plan, params: Readonly<Record<string, unknown>>): Bound =>
  Object.fromEntries(names.map((name) => [name, valueOf(params, name)]));

const inOrder = ({ names }: Plan, params: Readonly<Record<string, unknown>>): Bound => names.map((name) => valueOf(params, name));

const valueOf = (params: Readonly<Record<string, unknown>>, name: string): unknown => {
  if (Object.hasOwn(params, name)) return params[name];
  throw badRequest(`there is no value for $${name}. Given: ${Object.keys(params).join(", ") || "none"}.`);
};
