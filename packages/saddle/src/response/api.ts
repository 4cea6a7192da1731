import { stackCalls, type StackCall } from "@skitai/reactor";

/** The body of an error answer for programs, in the order of its keys. */
export interface Fault {
  readonly code: number;
  readonly message: string;
  readonly debug?: string;
  readonly more_info?: string;
  readonly traceback?: readonly string[];
}

/** Details of {@link faultOf}. */
export interface FaultDetails {
  readonly debug?: string | undefined;
  readonly moreInfo?: string | undefined;
  /** What was thrown; its calls go into the answer. */
  readonly error?: unknown;
}

export const faultOf = (message: string, code: number, { debug, moreInfo, error }: FaultDetails = {}): Fault => ({
  code,
  message,
  ...(debug !== undefined && { debug }),
  ...(moreInfo !== undefined && { more_info: moreInfo }),
  ...(error !== undefined && { traceback: tracebackOf(error) }),
});

const maxCalls = 30;

/**
 * An error and its calls as lines: what it is, where it happened, and each call from there outwards.
 *
 * @example
 * // ["<class 'TypeError'> no such user", "in file /srv/app.ts at line 12, function findUser", "/srv/app.ts findUser 12", ...]
 */
export const tracebackOf = (error: unknown): string[] => {
  const lines = [headOf(error)];
  const calls = callsOf(error);
  const [first] = calls;
  if (first) lines.push(`in file ${first.file} at line ${first.line}, function ${first.name}`);
  for (const { file, name, line } of calls) lines.push(`${file} ${name} ${line}`);
  if (error instanceof Error && error.cause !== undefined) lines.push(`caused by ${headOf(error.cause)}`);
  return lines;
};

const headOf = (error: unknown): string =>
  error instanceof Error ? `<class '${nameOf(error)}'> ${error.message}` : `<class '${typeof error}'> ${plain(error)}`;

const nameOf = (error: Error): string => (error.name === "Error" ? error.constructor.name : error.name);

const plain = (value: unknown): string => {
  try {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? typeof value);
  } catch {
    return typeof value;
  }
};

const callsOf = (error: unknown): StackCall[] =>
  error instanceof Error && typeof error.stack === "string" ? stackCalls(error.stack, error.message).slice(0, maxCalls).map(named) : [];

/** What a stack says of the way in which a function was called is no part of its name. */
const named = ({ file, name, line }: StackCall): StackCall => ({
  file,
  name: name.replace(/ \[as .*\]$/, "") || "<anonymous>",
  line: line || "?",
});
