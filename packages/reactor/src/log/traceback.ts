import { inspect } from "node:util";
import { stackCalls } from "./stack.ts";

/** Bounds of one report: an error may carry a body of megabytes, or itself as its cause. */
const maxMessage = 2_000;
const maxFrames = 30;
const maxBlocks = 8;
const maxLength = 16_000;
const rule = "-".repeat(40);

/**
 * An error as several rows for a log: a head, its stack from the innermost call on, and the same of each cause. It never throws, whatever
 * was thrown, and its length is bounded (16000 characters, 30 calls each, 8 errors).
 *
 * @example
 * describeError(new TypeError("no such user"))
 * // <TypeError> no such user
 * // ----------------------------------------
 * // + Traceback
 * // ===
 * // - /srv/shop/app.ts|findUser|12
 * // ----------------------------------------
 */
export const describeError = (error: unknown): string => {
  try {
    const rows = [head(error), rule, "+ Traceback", "===", ...frames(error)];
    for (const [label, related] of relatives(error)) rows.push(`+ ${label} ${head(related)}`, "===", ...frames(related));
    rows.push(rule);
    const text = rows.join("\n");
    return text.length > maxLength ? `${text.slice(0, maxLength)}\n(cut)\n${rule}` : text;
  } catch {
    return `<unknown> an error that cannot be described\n${rule}`;
  }
};

/** `<name> message`, with the code when the message does not tell it. */
const head = (error: unknown): string => {
  try {
    if (!isError(error)) return `<${error === null ? "null" : typeof error}> ${cut(plain(error))}`;
    const message = property(error, "message");
    const code: unknown = Reflect.get(error, "code");
    const suffix = typeof code === "string" && code !== "" && !message.includes(code) ? ` [${code.slice(0, 100)}]` : "";
    return `<${nameOf(error)}> ${cut(message)}${suffix}`;
  } catch {
    return "<unknown> an error that cannot be read";
  }
};

/** `- file|function|line` for each call, as far as the stack tells. */
const frames = (error: unknown): string[] => {
  try {
    if (!isError(error) || typeof error.stack !== "string") return [];
    const calls = stackCalls(error.stack, property(error, "message"));
    const rows = calls.slice(0, maxFrames).map(({ file, name, line }) => `- ${file}|${name}|${line}`);
    if (calls.length > maxFrames) rows.push(`- (${calls.length - maxFrames} more)`);
    return rows;
  } catch {
    return [];
  }
};

/** The errors underneath, in the order in which they are told: causes outermost first, and what an aggregate holds. */
const relatives = (error: unknown): [label: string, error: unknown][] => {
  const found: [string, unknown][] = [];
  const seen = new Set<unknown>([error]);
  const visit = (parent: unknown): void => {
    if (!isError(parent)) return;
    const children: [string, unknown][] = [];
    const { errors } = parent as { errors?: unknown };
    if (Array.isArray(errors)) for (const one of errors.slice(0, maxBlocks)) children.push(["One of", one]);
    if (parent.cause !== undefined) children.push(["Caused by", parent.cause]);
    for (const [label, child] of children) {
      if (found.length >= maxBlocks || seen.has(child)) continue;
      seen.add(child);
      found.push([label, child]);
      visit(child);
    }
  };
  try {
    visit(error);
  } catch {
    // A getter threw: what was found so far is told.
  }
  return found;
};

const isError = (value: unknown): value is Error => value instanceof Error || (isObject(value) && "stack" in value && "message" in value);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** A class that did not set `name` is known by its own. */
const nameOf = (error: Error): string => {
  const name = property(error, "name") || "Error";
  return (name === "Error" && error instanceof Error ? error.constructor.name || name : name).slice(0, 100);
};

/** As text, for what is typed as a string need not be one. */
const property = (error: Error, key: string): string => {
  const value: unknown = Reflect.get(error, key);
  return value === undefined ? "" : plain(value);
};

const plain = (value: unknown): string =>
  typeof value === "string" ? value : inspect(value, { depth: 1, maxArrayLength: 20, maxStringLength: 500, breakLength: Infinity });

const cut = (text: string): string => (text.length > maxMessage ? `${text.slice(0, maxMessage)}...` : text);
