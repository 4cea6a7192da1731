import { SaddleError } from "../errors.ts";
import type { RouteTable } from "../routing/route-table.ts";
import type { Route } from "../routing/route.ts";
import type { RuleParameter } from "../routing/rule.ts";

/**
 * The URL of a route by its name, or of a path below the mount point.
 *
 * Arguments are positional, in the order of the rule's parameters and then of the declared ones; the last may be an object of named ones. What
 * is no parameter of the rule goes into the query; undefined and null are left out, a list repeats its name.
 *
 * @param base what stands in front of the app's paths.
 * @throws SKITAI_SADDLE_ROUTE_UNKNOWN, SKITAI_SADDLE_BAD_URL_ARGUMENT
 */
export const buildUrl = (routes: RouteTable, base: string, name: string, args: readonly unknown[]): string => {
  if (name.startsWith("/")) return base + name;
  const route = routes.named(name);
  if (!route) throw new SaddleError("SKITAI_SADDLE_ROUTE_UNKNOWN", { name, known: routes.names.join(", ") || "none" });
  const values = assign(route, name, args);
  const path = route.rule.segments
    .map((segment) => `/${typeof segment === "string" ? fixed(segment) : take(segment, name, values)}`)
    .join("");
  return base + path + queryOf(values);
};

const assign = (route: Route, name: string, args: readonly unknown[]): Map<string, unknown> => {
  const last = args.at(-1);
  const named = isNamed(last) ? last : undefined;
  const positional = named ? args.slice(0, -1) : args;
  if (positional.length > route.positional.length) {
    throw bad(
      name,
      `it takes ${route.positional.length} positional arguments, and ${positional.length} were given. Declare further ones with params, or name them.`,
    );
  }
  const values = new Map(positional.map((value, at) => [route.positional[at]!, value]));
  for (const [key, value] of Object.entries(named ?? {})) {
    if (values.has(key)) throw bad(name, `the argument ${key} is given by position and by name.`);
    values.set(key, value);
  }
  return values;
};

/** Only an object that is nothing but its members names arguments: a list or a date is a value. */
const isNamed = (value: unknown): value is Record<string, unknown> => {
  if (value === null || typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

const take = ({ name, type, suffix }: RuleParameter, route: string, values: Map<string, unknown>): string => {
  const value = values.get(name);
  values.delete(name);
  const text = value === undefined || value === null ? "" : textOf(value);
  if (text === "") throw bad(route, `the argument ${name} is missing.`);
  if (type === "string") return encoded(text).replaceAll("+", "_") + fixed(suffix);
  if (type === "path") return text.split("/").map(exact).join("/") + fixed(suffix);
  if (!(type === "int" ? /^\d+$/ : /^(?:\d+\.?\d*|\.\d+)$/).test(text)) throw bad(route, `the argument ${name} is no ${type}: ${text}`);
  return text + fixed(suffix);
};

const queryOf = (values: Map<string, unknown>): string => {
  const pairs: string[] = [];
  for (const [name, value] of values) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one === undefined || one === null) continue;
      pairs.push(`${encoded(name)}=${encoded(textOf(one))}`);
    }
  }
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
};

const textOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  return value instanceof Date ? value.toISOString() : (JSON.stringify(value) ?? typeof value);
};

/** For a reader that decodes percent-encoding only, to which a plus is a plus. */
const exact = (text: string): string => encoded(text).replaceAll("+", "%20").replaceAll("%2B", "+");

/** As forms encode it: only letters, digits and `_.-~` stand for themselves, a blank is `+`. */
const encoded = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");

/** Text of the rule stays readable: only what would end a path is encoded besides what no URL may hold. */
const fixed = (text: string): string => encodeURI(text).replace(/[?#]/g, encodeURIComponent);

const bad = (name: string, hint: string): SaddleError => new SaddleError("SKITAI_SADDLE_BAD_URL_ARGUMENT", { name, hint });
