import { unescape } from "node:querystring";
import { SaddleError } from "../errors.ts";

/** Arguments by name. The object has no prototype, so that no name means anything to the language. */
export type Args = Record<string, unknown>;

/** As many fields as a query may have, and a form besides. */
export const maxFields = 1000;

export const noArgs = (): Args => Object.create(null) as Args;

/** Adds a value; further values of a name make a list, in the order of their arrival. */
export const addArg = (args: Args, name: string, value: unknown): void => {
  const known = args[name];
  if (known === undefined) args[name] = value;
  else args[name] = [...listOf(known), ...listOf(value)];
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/**
 * Reads `a=1&b=2` as forms and queries write it: `+` is a blank, a name without `=` has the value `""`, malformed percent-encoding stays
 * as it is, as browsers do it.
 *
 * @throws SKITAI_SADDLE_TOO_MANY_FIELDS (400)
 */
export const readFields = (text: string): Args => {
  const fields = noArgs();
  const lists = new Map<string, unknown[]>();
  let count = 0;
  for (let start = 0; start < text.length;) {
    const found = text.indexOf("&", start);
    const end = found < 0 ? text.length : found;
    if (end > start) {
      if (++count > maxFields) throw new SaddleError("SKITAI_SADDLE_TOO_MANY_FIELDS", { limit: maxFields }, { status: 400 });
      const equals = text.indexOf("=", start);
      const split = equals < 0 || equals > end ? end : equals;
      const name = plain(text.slice(start, split));
      const value = split === end ? "" : plain(text.slice(split + 1, end));
      collect(fields, lists, name, value);
    }
    start = end + 1;
  }
  return fields;
};

/** Appending to one list keeps a name that is given a thousand times from costing a million copies. */
const collect = (fields: Args, lists: Map<string, unknown[]>, name: string, value: string): void => {
  // Harmless here, but not in an ordinary object that somebody copies it to.
  if (name === "__proto__") return;
  const known = fields[name];
  if (known === undefined) {
    fields[name] = value;
    return;
  }
  const list = lists.get(name) ?? [known];
  list.push(value);
  lists.set(name, list);
  fields[name] = list;
};

const plain = (text: string): string => {
  const blanks = text.includes("+") ? text.replaceAll("+", " ") : text;
  return blanks.includes("%") ? unescape(blanks) : blanks;
};
