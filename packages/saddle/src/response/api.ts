import { fileURLToPath } from "node:url";

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

const maxFrames = 30;

/**
 * An error and its calls as lines: what it is, where it happened, and each call from there outwards.
 *
 * @example
 * // ["<class 'TypeError'> no such user", "in file /srv/app.ts at line 12, function findUser", "/srv/app.ts findUser 12", ...]
 */
export const tracebackOf = (error: unknown): string[] => {
  const lines = [headOf(error)];
  const frames = framesOf(error);
  const [first] = frames;
  if (first) lines.push(`in file ${first.file} at line ${first.line}, function ${first.name}`);
  for (const { file, name, line } of frames) lines.push(`${file} ${name} ${line}`);
  if (error instanceof Error && error.cause !== undefined) lines.push(`caused by ${headOf(error.cause)}`);
  return lines;
};

interface Frame {
  readonly file: string;
  readonly name: string;
  readonly line: string;
}

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

const framesOf = (error: unknown): Frame[] => {
  if (!(error instanceof Error) || typeof error.stack !== "string") return [];
  // The message stands in front of the calls and may look like one.
  const start = error.message === "" ? -1 : error.stack.indexOf(error.message);
  const calls = error.stack.slice(start < 0 ? 0 : start + error.message.length).match(/^ +at .+$/gm) ?? [];
  return calls.slice(0, maxFrames).map(frameOf);
};

const frameOf = (call: string): Frame => {
  const text = call.trim().slice(3);
  const named = /^(.*?) \((.*)\)$/.exec(text);
  const place = /^(.*?)(?::(\d+))?(?::\d+)?$/.exec(named?.[2] ?? text.replace(/^async /, ""));
  return { file: pathOf(place?.[1] ?? "?"), name: named?.[1]?.replace(/ \[as .*\]$/, "") ?? "<anonymous>", line: place?.[2] ?? "?" };
};

const pathOf = (place: string): string => {
  if (!place.startsWith("file://")) return place;
  try {
    return fileURLToPath(place);
  } catch {
    return place;
  }
};
