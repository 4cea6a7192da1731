import type { Column } from "../engine.ts";
import { badRequest } from "../faults.ts";
import type { Bound } from "../statement.ts";
import type { Piece, Values } from "./connection.ts";

/**
 * Values as SQLite holds them: booleans are 1 and 0, a Date is its ISO 8601 text in UTC, arrays and other objects are JSON.
 *
 * @throws SKITAI_AQUESTS_BAD_REQUEST for what can be none of these
 */
export const toValues = (bound: Bound | undefined): Values => {
  if (bound === undefined) return undefined;
  if (Array.isArray(bound)) return bound.map(toValue);
  return Object.fromEntries(Object.entries(bound).map(([name, value]) => [name, toValue(value)]));
};

const toValue = (value: unknown): unknown => {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
      return value;
    case "boolean":
      return value ? 1 : 0;
    case "undefined":
      return null;
    case "object":
      return value === null || value instanceof Uint8Array ? value : toText(value);
    default:
      throw badRequest(`a ${typeof value} is no value of a database.`);
  }
};

const toText = (value: object): string => {
  try {
    return value instanceof Date ? value.toISOString() : JSON.stringify(value);
  } catch (error) {
    throw badRequest("a value cannot be written: it is no valid date, or no JSON.", error);
  }
};

/** Rows with the names of their columns. */
export const toRows = (columns: readonly Column[], { rows, blobs }: Piece): Record<string, unknown>[] => {
  const names = columns.map(({ name }) => name);
  const isPlain = !names.includes("__proto__");
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) row[names[i]!] = values[i];
    for (const i of blobs) row[names[i]!] = toBuffer(values[i]);
    return isPlain ? row : Object.fromEntries(names.map((name, i) => [name, values[i]]));
  });
};

const toBuffer = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
