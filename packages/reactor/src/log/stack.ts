import { fileURLToPath } from "node:url";

/** Bounds, since an error may carry a stack of megabytes. */
const maxStack = 64_000;
const maxCall = 2_000;

/** One call of a stack. */
export interface StackCall {
  /** A path where the stack has a `file:` URL. */
  readonly file: string;
  /** Empty for an anonymous function. */
  readonly name: string;
  /** Empty where the stack does not tell. */
  readonly line: string;
}

/**
 * The calls of a stack, from the innermost on.
 *
 * @param message the message of the error: it stands in front of the calls and may look like one.
 * @example stackCalls("Error: x\n    at load (file:///srv/app.ts:12:3)", "x") // [{ file: "/srv/app.ts", name: "load", line: "12" }]
 */
export const stackCalls = (stack: string, message: string): StackCall[] => {
  const start = message === "" ? -1 : stack.indexOf(message);
  const from = start < 0 ? 0 : start + message.length;
  return (stack.slice(from, from + maxStack).match(/^ +at .+$/gm) ?? []).map(callOf);
};

/** From `at name (place:line:column)`, `at place:line:column` or `at name (place)`. */
const callOf = (call: string): StackCall => {
  const whole = call.trim().slice(3);
  const text = whole.length > maxCall ? `${whole.slice(0, maxCall)}...` : whole;
  const named = /^(.*?) \((.*)\)$/.exec(text);
  const place = /^(.*?)(?::(\d+))?(?::\d+)?$/.exec(named?.[2] ?? text.replace(/^async /, ""));
  return { file: pathOf(place?.[1] ?? "?"), name: named?.[1] ?? "", line: place?.[2] ?? "" };
};

const pathOf = (place: string): string => {
  if (!place.startsWith("file://")) return place;
  try {
    return fileURLToPath(place);
  } catch {
    return place;
  }
};
