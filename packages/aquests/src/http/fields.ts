import { AquestsError } from "../errors.ts";

/** Headers by lower-case name. */
export type Fields = Record<string, string | readonly string[]>;

const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** What a header value may hold: no control characters other than the tab, so that none can begin a header of its own. */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether a text can be the value of a header. */
export const isFieldValue = (text: string): boolean => fieldValue.test(text);

/** Headers that the connection writes by itself. */
const reserved: ReadonlySet<string> = new Set([
  "connection",
  "transfer-encoding",
  "keep-alive",
  "upgrade",
  "expect",
  "content-length",
  "te",
]);

/**
 * Adds headers to others: those of the same name are replaced.
 *
 * @throws SKITAI_AQUESTS_BAD_REQUEST for a name or value that cannot be sent, or a header that belongs to the connection.
 */
export const addFields = (fields: Fields, more: Readonly<Record<string, string | readonly string[] | undefined>>): Fields => {
  if (typeof more !== "object" || Array.isArray(more) || more instanceof Headers || more instanceof Map)
    throw bad("headers are an object of names and values: Object.fromEntries() makes one of pairs.");
  for (const name in more) {
    const value = more[name];
    if (value === undefined) continue;
    const key = name.toLowerCase();
    if (!token.test(key)) throw bad(`${JSON.stringify(name)} is no name of a header.`);
    if (reserved.has(key)) throw bad(`the header ${name} is written by the client itself.`);
    if (typeof value !== "string" && !Array.isArray(value))
      throw bad(`the value of the header ${name} is neither text nor a list of texts.`);
    for (const item of typeof value === "string" ? [value] : (value as readonly string[])) {
      if (typeof item !== "string" || !isFieldValue(item)) throw bad(`the value of the header ${name} holds what cannot be sent.`);
    }
    fields[key] = value;
  }
  return fields;
};

/** The flat form that is sent: name, value, name, value. */
export const flatten = (fields: Fields): (string | string[])[] => {
  const flat: (string | string[])[] = [];
  for (const name in fields) {
    const value = fields[name]!;
    flat.push(name, typeof value === "string" ? value : [...value]);
  }
  return flat;
};

const bad = (reason: string): AquestsError => new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason });
