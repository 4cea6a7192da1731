import { STATUS_CODES } from "node:http";
import { inspect } from "node:util";
import { prefersJson } from "../http/accept.ts";
import type { FlatHeaders } from "../http/types.ts";
import type { Was } from "../was/was.ts";
import { escapeHtml } from "./escape-html.ts";
import { retractHeader } from "./head.ts";
import { breakOff } from "./pump.ts";
import { respondPlain } from "./respond.ts";

export interface ErrorPageOptions {
  /** What to tell the client, as plain text. @default nothing but the status */
  message?: string | undefined;
  /** What was thrown; its stack is shown only where the engine runs with `debug`. */
  error?: unknown;
  /** Lines about the error that are shown in any case, instead of its stack. */
  traceback?: readonly string[] | undefined;
  /** Headers to add, such as `Allow` or `WWW-Authenticate`. */
  headers?: FlatHeaders | undefined;
  /** `code` of the JSON form. @default 10001 for an exception (a thrown error with a status of 500 and more), else 10000 */
  code?: number | undefined;
}

/**
 * Answers with a small error page, or with `{ code, message }` where the client prefers JSON. Once headers were sent it breaks the connection off instead
 * (HTTP/2: the stream). It never throws.
 *
 * @example respondError(was, 405, { headers: ["Allow", "GET, HEAD"] })
 */
export const respondError = (was: Was, status: number, options: ErrorPageOptions = {}): void => {
  const { res, held } = was;
  if (held !== undefined) return void held.then(() => respondError(was, status, options));
  if (res.writableEnded) return;
  if (res.headersSent) return breakOff(was);
  // They describe the answer that failed.
  for (const name of res.getHeaderNames()) if (representation.test(name)) retractHeader(res, name);
  try {
    send(was, status, options);
  } catch (error) {
    was.traceback(error, "", "server");
    if (res.headersSent) breakOff(was);
    else send(was, 500, {});
  }
};

/**
 * An error page as the bytes of an HTTP/1.1 response that closes its connection, for a socket whose request could not even be parsed.
 *
 * @example socket.end(rawError(431))
 */
export const rawError = (status: number): Buffer => {
  const page = pageOf(title(status), undefined, undefined);
  const head = [
    `HTTP/1.1 ${title(status)}`,
    `Date: ${new Date().toUTCString()}`,
    `Content-Length: ${Buffer.byteLength(page)}`,
    "Connection: close",
  ];
  for (let at = 0; at < pageHeaders.length; at += 2) head.push(`${pageHeaders[at]}: ${pageHeaders[at + 1]}`);
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${page}`);
};

const representation = /^(?:content-.*|transfer-encoding|etag|last-modified|expires|cache-control|accept-ranges|age)$/;

const safety: readonly string[] = ["Cache-Control", "no-store", "X-Content-Type-Options", "nosniff"];

const pageHeaders: readonly string[] = [
  "Content-Type",
  "text/html; charset=utf-8",
  ...safety,
  "Content-Security-Policy",
  "default-src 'none'",
];

const send = (was: Was, status: number, options: ErrorPageOptions): void => {
  const { message, error } = options;
  const frames = options.traceback ?? (was.services.responses.debug && error !== undefined ? framesOf(error) : undefined);
  if (prefersJson(was.req.headers.accept)) {
    const code = options.code ?? (error !== undefined && status >= 500 ? 10001 : 10000);
    const answer = { code, message: message ?? title(status), ...(frames && { debug: "see traceback", traceback: frames }) };
    respondPlain(was, status, withOwn(["Content-Type", "application/json", ...safety], options.headers), JSON.stringify(answer));
  } else {
    respondPlain(was, status, withOwn(pageHeaders, options.headers), pageOf(title(status), message, frames));
  }
};

const withOwn = (standard: readonly string[], own: FlatHeaders = []): FlatHeaders => {
  const names = new Set<string>();
  for (let at = 0; at < own.length; at += 2) names.add(own[at]!.toLowerCase());
  const headers = [...own];
  for (let at = 0; at < standard.length; at += 2)
    if (!names.has(standard[at]!.toLowerCase())) headers.push(standard[at]!, standard[at + 1]!);
  return headers;
};

const title = (status: number): string => `${status} ${STATUS_CODES[status] ?? "Error"}`;

const pageOf = (heading: string, message: string | undefined, frames: readonly string[] | undefined): string =>
  [
    "<!DOCTYPE html>",
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(heading)}</title></head>`,
    `<body><h1>${escapeHtml(heading)}</h1>`,
    message === undefined ? "" : `<p>${escapeHtml(message)}</p>\n`,
    frames === undefined ? '<div id="normal"></div>' : `<div id="debug"><pre>${escapeHtml(frames.join("\n"))}</pre></div>`,
    "<hr><footer>Skitai</footer></body></html>\n",
  ].join("\n");

/** The error, its calls, and the errors underneath, one per line. */
const framesOf = (error: unknown): string[] => {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  for (let one = error; one !== undefined && !seen.has(one) && seen.size < 8; one = one instanceof Error ? one.cause : undefined) {
    const text = one instanceof Error ? (one.stack ?? String(one)) : typeof one === "string" ? one : inspect(one);
    lines.push(
      ...text
        .split("\n")
        .slice(0, 40)
        .map((line, at) => (at === 0 && seen.size > 0 ? `Caused by ${line}` : line.trim())),
    );
    seen.add(one);
  }
  return lines;
};
