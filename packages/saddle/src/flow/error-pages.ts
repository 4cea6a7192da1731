import type { FlatHeaders } from "@skitai/reactor";
import { prefersJson, respondError } from "@skitai/reactor";
import { dropHeader, escapeHtml, isThenable } from "@skitai/reactor/framework";
import { answerBody, statusText, type StatusLine } from "../response/answer.ts";
import { tracebackOf } from "../response/api.ts";
import { outcomeOf, sendOutcome } from "../response/deliver.ts";
import type { SaddleWas } from "../was/types.ts";
import { responseSlot, type HandledWas } from "../was/slots.ts";

/** What a custom error page can tell. */
export interface ErrorInfo {
  readonly code: number;
  /** As in `"Not Found"`. */
  readonly message: string;
  /** What is wrong with this request in particular; empty when there is nothing to say. */
  readonly detail: string;
  /** The calls as HTML with `debug`, to be printed with the filter `safe`; else empty. */
  readonly traceback: string;
  readonly mode: "debug" | "normal";
  /** The URL that the client asked for, with scheme and host. */
  readonly url: string;
  /** As in the header `Date`. */
  readonly time: string;
  readonly software: string;
}

/** Makes an error page. What it returns is sent as what a handler returns, with the status of the error. */
export type ErrorHandler = (was: SaddleWas, error: ErrorInfo) => unknown;

/** What went wrong. */
export interface Problem {
  readonly status: StatusLine;
  /** Told to the client. */
  readonly message?: string | undefined;
  /** What was thrown; told to the client with `debug` only. */
  readonly error?: unknown;
  readonly headers?: FlatHeaders | undefined;
}

/** They describe the answer that was to be sent, not the error page. */
const representation = [
  "content-type",
  "content-length",
  "content-encoding",
  "content-disposition",
  "etag",
  "last-modified",
  "expires",
  "cache-control",
];

/** The error pages of one app. */
export class ErrorPages {
  readonly #handlers = new Map<number, ErrorHandler>();
  #fallback: ErrorHandler | undefined;

  set(status: number, handler: ErrorHandler): void {
    this.#handlers.set(status, handler);
  }

  setDefault(handler: ErrorHandler): void {
    this.#fallback = handler;
  }

  /** Answers with the page of a problem: the app's own, unless the client prefers JSON, or else the engine's. Never throws. */
  answer(was: HandledWas, problem: Problem): void | Promise<void> {
    const { code } = problem.status;
    const handler = this.#handlers.get(code) ?? this.#fallback;
    if (!handler || was.res.headersSent || prefersJson(was.req.headers.accept)) return plainPage(was, problem);
    was[responseSlot] = undefined;
    const failed = (error: unknown): void => {
      was.traceback(error);
      plainPage(was, problem);
    };
    try {
      const page = handler(was, infoOf(was, problem));
      if (!isThenable(page)) return send(was, problem, page)?.catch(failed);
      return Promise.resolve(page)
        .then((settled) => send(was, problem, settled))
        .catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

const send = (was: HandledWas, problem: Problem, page: unknown): Promise<void> | undefined => {
  // An error handler without an opinion, or one that asks for an error page, gets the plain one.
  if (page === undefined || page === null) return void plainPage(was, problem);
  const { status, headers, body } = outcomeOf(was, answerBody(page), problem.status);
  if (body === undefined) return void plainPage(was, { ...problem, status });
  return sendOutcome(was, { status, headers: [...ownHeaders(problem), ...headers], body }) ?? undefined;
};

const plainPage = (was: HandledWas, problem: Problem): void => {
  const { status, error, message } = problem;
  if (status.phrase !== undefined && was.req.httpVersionMajor === 1 && !was.res.headersSent) was.res.statusMessage = status.phrase;
  respondError(was, status.code, {
    message: message ?? (status.phrase === undefined ? undefined : statusText(status)),
    error,
    traceback: error !== undefined && was.app.debug ? tracebackOf(error) : undefined,
    headers: ownHeaders(problem),
  });
};

const ownHeaders = ({ headers = [] }: Problem): FlatHeaders => {
  const own = [...headers];
  for (const name of representation) dropHeader(own, name);
  return own;
};

const infoOf = (was: HandledWas, { status, message, error }: Problem): ErrorInfo => {
  const { debug } = was.app;
  const lines = debug && error !== undefined ? tracebackOf(error) : [];
  return {
    code: status.code,
    message: statusText(status).slice(4),
    detail: message ?? "",
    traceback: lines.length === 0 ? "" : `<pre>${escapeHtml(lines.join("\n"))}</pre>`,
    mode: debug ? "debug" : "normal",
    url: `${was.scheme}://${was.host}${was.outerUrl}${was.req.url!}`,
    time: new Date().toUTCString(),
    software: was.services.responses.server ?? "Skitai",
  };
};
