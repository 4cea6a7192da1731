/** A parameter that a statement declares. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /** It may be left out, and is null then or has its default. */
  readonly isOptional: boolean;
  readonly defaultValue: unknown;
}

export type ParameterType = "any" | "int" | "float" | "bool" | "string" | "date" | "bytes" | "json";

/** What a value of each type is, and how it is said. */
const types: Readonly<Record<ParameterType, readonly [accepts: (value: unknown) => boolean, description: string]>> = {
  any: [() => true, "a value"],
  int: [(value) => Number.isSafeInteger(value) || typeof value === "bigint", "a whole number"],
  float: [(value) => typeof value === "number" && Number.isFinite(value), "a number"],
  bool: [(value) => typeof value === "boolean", "true or false"],
  string: [(value) => typeof value === "string", "a text"],
  date: [(value) => value instanceof Date && !Number.isNaN(value.getTime()), "a valid Date"],
  bytes: [(value) => value instanceof Uint8Array, "bytes"],
  json: [() => true, "a value that can be JSON"],
};

/** `id: int, city: string?, limit: int = 10` */
const declaration = /\s*([A-Za-z_]\w*)\s*(?::\s*(\w+)(\?)?)?\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)\s*)?(?:,|$)/y;

/**
 * Reads what stands behind `-- params:`.
 *
 * @throws Error saying what is wrong
 */
export const parseParameters = (text: string): Parameter[] => {
  const parameters: Parameter[] = [];
  const rest = text.trim();
  declaration.lastIndex = 0;
  while (declaration.lastIndex < rest.length) {
    const from = declaration.lastIndex;
    const found = declaration.exec(rest);
    if (!found) throw new Error(`"${rest.slice(from)}" is no list of parameters such as "id: int, city: string?, limit: int = 10".`);
    const [, name = "", type = "any", optional, written] = found;
    if (!isType(type)) throw new Error(`there is no type "${type}": ${Object.keys(types).join(", ")}.`);
    if (parameters.some((other) => other.name === name)) throw new Error(`the parameter ${name} is there twice.`);
    const defaultValue = written === undefined ? null : readDefault(written);
    parameters.push({ name, type, isOptional: optional !== undefined || written !== undefined, defaultValue });
  }
  return parameters;
};

/**
 * The value that is sent for what was given.
 *
 * @throws Error saying what is wrong
 */
export const valueFor = ({ name, type, isOptional, defaultValue }: Parameter, given: unknown): unknown => {
  const value = given ?? defaultValue;
  if (value === null) {
    if (isOptional || type === "any") return null;
    throw new Error(`$${name} is missing.`);
  }
  const [accepts, description] = types[type];
  if (!accepts(value)) throw new Error(`$${name} must be ${description}.`);
  return type === "json" ? JSON.stringify(value) : value;
};

const isType = (type: string): type is ParameterType => Object.hasOwn(types, type);

const readDefault = (written: string): unknown => {
  try {
    return JSON.parse(written) as unknown;
  } catch {
    throw new Error(`the default ${written} is no value of JSON; texts stand in double quotes.`);
  }
};
