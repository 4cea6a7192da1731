/** A command as a text that no other command has: JSON alone would make the same of an `ObjectId` and its digits, or of all regular expressions. */
export const keyOfCommand = (command: object): string => JSON.stringify(command, exactly);

function exactly(this: unknown, name: string, value: unknown): unknown {
  const raw: unknown = Reflect.get(Object(this), name);
  if (typeof raw === "bigint" || (typeof raw === "number" && !Number.isFinite(raw))) return `\0${typeof raw} ${raw}`;
  if (raw instanceof Date) return `\0date ${raw.getTime()}`;
  if (raw instanceof RegExp) return `\0regexp ${String(raw)}`;
  if (raw instanceof Map) return ["\0map", ...raw];
  if (typeof raw !== "object" || raw === null) return value;
  const type: unknown = Reflect.get(raw, "_bsontype");
  if (type === undefined) return value;
  return ["\0bson", type, typeof value === "string" ? value : Object.entries(raw)];
}
