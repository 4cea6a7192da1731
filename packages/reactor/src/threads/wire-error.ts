/** A thrown value on its way between threads: copying alone would lose `code` and whatever else is on an error. */
export type WireError = { readonly value: unknown } | WiredError;

interface WiredError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause?: WireError;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** How many causes of causes are sent along. */
const deepest = 8;

/** Takes a thrown value apart. Properties that cannot be copied stay behind. */
export const toWire = (error: unknown, depth = 0): WireError => {
  if (!(error instanceof Error)) return { value: copyable(error) ? error : String(error) };
  const properties: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(error)) if (!standard.has(name) && copyable(value)) properties[name] = value;
  const wired: WiredError = { name: error.name, message: error.message, stack: error.stack, properties };
  return error.cause === undefined || depth === deepest ? wired : { ...wired, cause: toWire(error.cause, depth + 1) };
};

/** Puts it together again: an error of the same standard class where there is one, with name, message, stack, cause and all else. */
export const fromWire = (wire: WireError): unknown => {
  if ("value" in wire) return wire.value;
  const { name, message, stack, cause, properties } = wire;
  const Class = classes.get(name) ?? Error;
  const error = new Class(message, cause === undefined ? undefined : { cause: fromWire(cause) });
  const hidden = (value: unknown): PropertyDescriptor => ({ value, configurable: true, enumerable: false, writable: true });
  if (error.name !== name) Object.defineProperty(error, "name", hidden(name));
  if (stack !== undefined) Object.defineProperty(error, "stack", hidden(stack));
  return Object.assign(error, properties);
};

const standard: ReadonlySet<string> = new Set(["name", "message", "stack", "cause"]);

const classes: ReadonlyMap<string, ErrorConstructor> = new Map(
  [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((Class) => [Class.name, Class]),
);

const copyable = (value: unknown): boolean => {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
};
