import { STATUS_CODES } from "node:http";
import type { FlatHeaders } from "@skitai/reactor";
import { SaddleError } from "../errors.ts";
import { convert, Converted } from "./convert.ts";
import { FileBody } from "./file-body.ts";
import { addHeaders, type HeadersLike } from "./headers.ts";

/** A number, or a number and a phrase: `404`, `"404 Not Found"`. */
export type Status = number | string;

export interface StatusLine {
  readonly code: number;
  /** Only where it is not the usual one. */
  readonly phrase: string | undefined;
}

/**
 * Reads a status.
 *
 * @throws SKITAI_SADDLE_BAD_STATUS
 */
export const parseStatus = (status: Status): StatusLine => {
  if (typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599) return { code: status, phrase: undefined };
  const match = typeof status === "string" ? /^([2-5]\d\d)(?: ([\t\x20-\x7e]*))?$/.exec(status) : null;
  if (!match) throw new SaddleError("SKITAI_SADDLE_BAD_STATUS", { value: status });
  const code = Number(match[1]);
  const phrase = match[2]?.trim();
  return { code, phrase: phrase === "" || phrase === STATUS_CODES[code] ? undefined : phrase };
};

/** `"404 Not Found"` of a status. */
export const statusText = ({ code, phrase }: StatusLine): string => `${code} ${phrase ?? STATUS_CODES[code] ?? "Unknown"}`;

/** What is sent: undefined for an error page, another answer whose headers count too, or something converted. */
export type AnswerBody = undefined | Answer | Response | FileBody | Converted;

/** A response that a handler can return: `was.response(...)` and its relatives make them. */
export class Answer {
  /** Undefined for the status of `was.response`, which is 200 unless somebody set it. */
  readonly status: StatusLine | undefined;
  readonly headers: FlatHeaders = [];
  readonly body: AnswerBody;

  /** @throws SKITAI_SADDLE_BAD_STATUS, SKITAI_SADDLE_BAD_RETURN */
  constructor(status: Status | undefined, body: unknown, headers?: HeadersLike) {
    this.status = status === undefined ? undefined : parseStatus(status);
    this.body = body === undefined ? undefined : answerBody(body);
    if (headers) addHeaders(this.headers, headers);
  }
}

/** A value converted, unless it is an answer of its own or sent in a way of its own. */
export const answerBody = (value: unknown): Exclude<AnswerBody, undefined> =>
  value instanceof Answer || value instanceof Response || value instanceof FileBody || value instanceof Converted ? value : convert(value);

/** Carries an answer past everything that still wanted to run; not a failure. */
export class ThrownAnswer extends Error {
  override readonly name: string = "ThrownAnswer";
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(answer.status ? statusText(answer.status) : "200 OK");
    this.answer = answer;
  }
}
