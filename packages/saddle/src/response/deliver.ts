import { readAhead, respond, respondFile, type FlatHeaders } from "@skitai/reactor";
import { indexOfHeader } from "@skitai/reactor/framework";
import { responseSlot, type HandledWas } from "../was/slots.ts";
import { Answer, type AnswerBody, type StatusLine } from "./answer.ts";
import { asJson, convert, Converted, htmlType, jsonType } from "./convert.ts";
import { FileBody } from "./file-body.ts";
import { addHeader, addHeaders } from "./headers.ts";

/** The body of a Fetch response, which may be there already as a whole. */
class FetchBody {
  readonly stream: ReadableStream;

  constructor(stream: ReadableStream) {
    this.stream = stream;
  }
}

type OutcomeBody = FileBody | FetchBody | Converted;

/** What is to be sent, taken apart. */
export interface Outcome {
  readonly status: StatusLine;
  readonly headers: FlatHeaders;
  /** Undefined for an error page. */
  readonly body: OutcomeBody | undefined;
}

/**
 * Status, headers and body of what a handler returned, with what `was.response` collected.
 *
 * @param fallback the status where nobody named one.
 */
export const outcomeOf = (was: HandledWas, value: Exclude<AnswerBody, undefined>, fallback?: StatusLine): Outcome => {
  const pending = was[responseSlot]?.pending;
  const headers: FlatHeaders = pending ? [...pending.headers] : [];
  let status: StatusLine | undefined;
  let body: AnswerBody = value;
  while (body instanceof Answer) {
    status ??= body.status;
    for (let at = 0; at < body.headers.length; at += 2) addHeader(headers, body.headers[at]!, body.headers[at + 1]!);
    if (body.body === undefined) return { status: status ?? fallback ?? pending?.status ?? ok, headers, body: undefined };
    body = body.body;
  }
  if (body instanceof Response) {
    addHeaders(headers, body.headers);
    const own = { code: body.status, phrase: body.statusText || undefined };
    return { status: status ?? own, headers, body: body.body ? new FetchBody(body.body) : convert(null) };
  }
  const empty = body instanceof Converted && body.body === null;
  return { status: status ?? fallback ?? pending?.status ?? (empty ? noContent : ok), headers, body };
};

/** An outcome that is no error page. */
export type SentOutcome = Outcome & { readonly body: OutcomeBody };

/** Sends what {@link outcomeOf} made of a value. */
export const sendOutcome = (was: HandledWas, { status, headers, body }: SentOutcome): void | Promise<void> => {
  if (body instanceof Converted) return send(was, status, headers, body.type, body.body);
  if (body instanceof FileBody) return sendFile(was, status, headers, body);
  return readAhead(body.stream).then((read) => send(was, status, headers, undefined, read));
};

/** The plain case, where nothing was set beside a text. */
export const sendText = (was: HandledWas, text: string): void | Promise<void> => respond(was, 200, ["Content-Type", htmlType], text);

/** The plain case of data. @throws SKITAI_SADDLE_BAD_RETURN */
export const sendData = (was: HandledWas, data: object): void | Promise<void> =>
  respond(was, 200, ["Content-Type", jsonType], asJson(data));

const ok: StatusLine = { code: 200, phrase: undefined };
const noContent: StatusLine = { code: 204, phrase: undefined };

type SentBody = Parameters<typeof respond>[3];

const send = (
  was: HandledWas,
  status: StatusLine,
  headers: FlatHeaders,
  type: string | undefined,
  body: SentBody,
): void | Promise<void> => {
  if (type !== undefined && indexOfHeader(headers, "content-type") < 0) headers.push("Content-Type", type);
  setPhrase(was, status.phrase);
  return respond(was, status.code, headers, body);
};

const sendFile = async (was: HandledWas, status: StatusLine, headers: FlatHeaders, file: FileBody): Promise<void> => {
  // Parts of a file, and what a client has already, have phrases of their own.
  if (status.code !== 200) setPhrase(was, status.phrase);
  try {
    await respondFile(was, status.code, headers, file.path);
  } catch (error) {
    if (!was.res.headersSent) setPhrase(was, "");
    throw error;
  }
};

/** HTTP/2 has no phrases. */
const setPhrase = (was: HandledWas, phrase: string | undefined): void => {
  if (phrase !== undefined && was.req.httpVersionMajor === 1) was.res.statusMessage = phrase;
};
