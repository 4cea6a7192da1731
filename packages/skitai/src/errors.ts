import { errorMessage } from "@skitai/reactor";

/** Every error that this package throws by name; see `docs/errors.md`. */
const templates = {
  SKITAI_UNKNOWN_COMMAND:
    "unknown command: {value}. Use one of: start (-d), stop (-s), stop --graceful (-g), restart (-r), status, help (-h), -v, or none to run in the foreground.",
  SKITAI_UNKNOWN_OPTION: "skitai.run() has no option {value}. It has: {known}.",
  SKITAI_HALF_CERTIFICATE: "{given} is given without {missing}: HTTPS needs both.",
  SKITAI_FOREIGN_DIRECTORY: "{value} is not a directory of this user alone. Remove it, or give run() a logPath or varPath.",
  SKITAI_BAD_SETTING: "skitai.{method}(): {reason}",
  SKITAI_ALREADY_RUNNING: "{what} must come before skitai.run(): the service is running already.",
  SKITAI_NO_SCRIPT: "skitai.run() needs a script that was started, such as `node app.ts`: it starts that script again in each worker.",
} as const;

/** The stable codes of this package's errors. */
export type SkitaiErrorCode = keyof typeof templates;

export const skitaiErrorCodes: readonly SkitaiErrorCode[] = Object.keys(templates) as SkitaiErrorCode[];

export interface SkitaiErrorOptions {
  /** The error underneath. */
  cause?: unknown;
}

/** The base of every error of `skitai`. */
export class SkitaiError extends Error {
  override readonly name: string = "SkitaiError";
  readonly code: SkitaiErrorCode;

  constructor(code: SkitaiErrorCode, details: Record<string, unknown> = {}, options: SkitaiErrorOptions = {}) {
    super(errorMessage(templates[code], details), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
