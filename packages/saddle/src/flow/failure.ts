import type { FlatHeaders } from "@skitai/reactor";
import { ThrownAnswer } from "../response/answer.ts";
import type { Problem } from "./error-pages.ts";

/** Faults of this side that the engine notices: what they say is for the log. */
const internal: ReadonlySet<string> = new Set(["SKITAI_REACTOR_BAD_RESPONSE", "SKITAI_REACTOR_BODY_CONSUMED"]);

/**
 * What a client is told of something that was thrown: errors of this family of packages say it themselves by their `status`, anything else is
 * a 500 of which the client learns nothing.
 *
 * @param debug tell what the errors of the engine about the app say.
 */
export const problemOf = (error: unknown, argumentErrorStatus: number, debug: boolean): Problem => {
  // From here on undefined would mean that nothing was thrown.
  if (!isHttpError(error)) return { status: { code: 500, phrase: undefined }, error: error === undefined ? "undefined" : error };
  const isArgument = error.code.startsWith("SKITAI_SADDLE_ARGUMENT");
  const code = isArgument ? argumentErrorStatus : error.status;
  return {
    status: { code, phrase: code === 508 ? "Application Error" : undefined },
    message: internal.has(error.code) && code >= 500 && !debug ? undefined : error.message,
    error,
    headers: error.headers && [...error.headers],
  };
};

/** Whether something was thrown on purpose, as an answer to the client, and is no failure of the app. */
export const isDeliberate = (error: unknown): boolean => error instanceof ThrownAnswer || (isHttpError(error) && error.status < 500);

interface HttpLike extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers?: FlatHeaders;
}

const isHttpError = (error: unknown): error is HttpLike => {
  if (!(error instanceof Error)) return false;
  const { code, status } = error as Partial<HttpLike>;
  return typeof code === "string" && code.startsWith("SKITAI_") && typeof status === "number" && status >= 400 && status <= 599;
};
