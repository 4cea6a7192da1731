import { errorMessage } from "@skitai/reactor";

/**
 * Every error that this package throws by name. Recognise one by its `code`; `docs/errors.md` says when each happens and what to do.
 */
const templates = {
  SKITAI_SADDLE_BAD_OPTION: "{what} cannot be {value}. {hint}",
  SKITAI_SADDLE_BAD_RULE: "{value} is not a route rule: {hint}",
  SKITAI_SADDLE_BAD_ROUTE_OPTION: "The route {rule} has an option that this version does not know: {option}. It knows {known}.",
  SKITAI_SADDLE_BAD_HANDLER: "The handler of {rule} must be a function, not {value}.",
  SKITAI_SADDLE_NAME_TAKEN:
    "Function {name} is already defined, by the route {taken}. Rename the function of {rule}, or give the route a name of its own with the option `name`.",
  SKITAI_SADDLE_ROUTE_TAKEN: "The route {rule} is already defined for {methods}.",
  SKITAI_SADDLE_ROUTE_UNKNOWN: "There is no route named {name} in this app. Named routes: {known}.",
  SKITAI_SADDLE_APP_UNKNOWN: "There is no app named {name} in this virtual host. Apps: {known}.",
  SKITAI_SADDLE_BAD_URL_ARGUMENT: "Cannot build the URL of {name}: {hint}",
  SKITAI_SADDLE_ARGUMENT_MISSING: "The argument {name} is missing.",
  SKITAI_SADDLE_ARGUMENT_UNKNOWN: "The argument {name} is unknown.",
  SKITAI_SADDLE_ARGUMENT_INVALID: "The argument {name} {hint}",
  SKITAI_SADDLE_ARGUMENTS_REFUSED: "{message}",
  SKITAI_SADDLE_TOO_MANY_FIELDS: "The request has more than {limit} fields.",
  SKITAI_SADDLE_BAD_JSON: "The request body is not JSON: {reason}",
  SKITAI_SADDLE_MULTIPART_NOT_READ:
    "Multipart forms are not read yet. Send the fields as application/x-www-form-urlencoded or as a JSON object.",
  SKITAI_SADDLE_BODY_NOT_COLLECTED: "The request body was not collected: {hint} Read it from was.request.stream.",
  SKITAI_SADDLE_BAD_STATUS: '{value} is not an HTTP status. Use a number from 200 to 599, or a string such as "404 Not Found".',
  SKITAI_SADDLE_NO_RETURN: "The handler of {rule} returned nothing. Return null for an empty answer (204).",
  SKITAI_SADDLE_BAD_RETURN: "A handler returned what cannot be sent: {reason}",
  SKITAI_SADDLE_HOOK_FAILED: "The hook {hook} of the app {name} at {point} failed: {reason}",
  SKITAI_SADDLE_REQUEST_MISSING: "{what} was used outside a request.",
  SKITAI_SADDLE_TEMPLATE_NOT_FOUND: "There is no template {name} in {directory}.",
  SKITAI_SADDLE_TEMPLATE_FAILED: "The template {file} failed{where}: {reason}",
} as const;

/** The stable codes of this package's errors. */
export type SaddleErrorCode = keyof typeof templates;

/** The codes in the order of the table; `docs/errors.md` lists the same. */
export const saddleErrorCodes: readonly SaddleErrorCode[] = Object.keys(templates) as SaddleErrorCode[];

export interface SaddleErrorOptions {
  /** The error underneath. */
  cause?: unknown;
  /** The HTTP status that this error stands for, where it reaches a client. */
  status?: number;
}

/** The base of every error of `@skitai/saddle`. */
export class SaddleError extends Error {
  override readonly name: string = "SaddleError";
  readonly code: SaddleErrorCode;
  readonly status: number | undefined;

  constructor(code: SaddleErrorCode, details: Record<string, unknown> = {}, options: SaddleErrorOptions = {}) {
    super(errorMessage(templates[code], details), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}
