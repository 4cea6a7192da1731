import { ReactorError } from "../errors.ts";
import type { FlatHeaders } from "../http/types.ts";
import { discardBody } from "../request/discard.ts";
import type { ContentCoding } from "../http/accept.ts";
import type { Was } from "../was/was.ts";
import { codingFor, markCompressed, oneShotLimit } from "./compression.ts";
import { compressBytes } from "./compressor.ts";
import type { Body } from "./body.ts";
import { retractHeader, sendHead, writerOf } from "./head.ts";
import { dropHeader, headerOf, indexOfHeader, replaceHeader } from "./headers.ts";
import { pump } from "./pump.ts";
import { slicesOf, sourceOf } from "./source.ts";

/**
 * Answers a request: writes the head and the body, in one write where the body is a string or bytes.
 *
 * What it sees to by itself: `Content-Length`, `Server`, compression, HEAD, statuses without a body (1xx, 204, 304), and an upload that
 * nobody read when the status is 300 or more. A stream's headers go out with its first piece, or 100 ms later (at once for `text/event-stream`), so that one
 * which fails from the start still ends in an error page. A stream that fails later is noted in the app log and the client's connection
 * (HTTP/2: stream) is broken off, so that nobody takes the part for the whole.
 *
 * @param headers flat name-value pairs. The list becomes this function's own and is changed.
 * @param body streams and iterators are closed exactly once: when they end, when the client goes away, or unread for HEAD.
 * @returns a promise only where something has to be waited for: a stream's end, compression, or what {@link Was.hold} was given.
 * @throws SKITAI_REACTOR_BAD_RESPONSE before anything was sent: a status, header or body that cannot be sent, or a second answer.
 */
export const respond = (was: Was, status: number, headers: FlatHeaders, body: Body): void | Promise<void> => {
  if (was.held !== undefined) return respondLater(was, was.held, status, headers, body);
  const { server } = was.services.responses;
  if (server !== undefined && indexOfHeader(headers, "server") < 0) headers.push("Server", server);
  if (status >= 300) discardBody(was);
  if (status === 204 || status === 304 || status < 200) return sendEmpty(was, status, headers, body);
  if (typeof body === "string") return sendBytes(was, status, headers, body, Buffer.byteLength(body));
  if (body instanceof Uint8Array) return sendBytes(was, status, headers, body, body.byteLength);
  if (body === null) return sendBytes(was, status, headers, "", 0);
  return sendStream(was, status, headers, body);
};

const respondLater = async (was: Was, held: Promise<void>, status: number, headers: FlatHeaders, body: Body): Promise<void> => {
  await held;
  return respond(was, status, headers, body);
};

/** The same for a small body that is sent as it is. @internal */
export const respondPlain = (was: Was, status: number, headers: FlatHeaders, body: string): void => {
  const { server } = was.services.responses;
  if (server !== undefined && indexOfHeader(headers, "server") < 0) headers.push("Server", server);
  if (status >= 400) discardBody(was);
  sendWhole(was, status, headers, body, Buffer.byteLength(body));
};

const sendBytes = (was: Was, status: number, headers: FlatHeaders, body: string | Uint8Array, length: number): void | Promise<void> => {
  if (length >= was.services.responses.compressFrom) {
    const coding = codingFor(was, status, headers);
    if (coding !== undefined) return sendCompressed(was, status, headers, body, length, coding);
  }
  sendWhole(was, status, headers, body, length);
};

const sendWhole = (was: Was, status: number, headers: FlatHeaders, body: string | Uint8Array, length: number): void => {
  const head = was.req.method === "HEAD";
  // A handler of HEAD need not make the body, and may tell its length all the same.
  if (!head || length > 0) {
    const at = indexOfHeader(headers, "content-length");
    if (at < 0) headers.push("Content-Length", String(length));
    else headers[at + 1] = String(length);
  }
  if (indexOfHeader(headers, "transfer-encoding") >= 0) dropHeader(headers, "transfer-encoding");
  sendHead(was, status, headers);
  writerOf(was).end(head ? undefined : body);
};

const sendEmpty = (was: Was, status: number, headers: FlatHeaders, body: Body): void => {
  if (body !== null && typeof body !== "string" && !(body instanceof Uint8Array)) sourceOf(body).close();
  for (const name of ["content-length", "content-type", "transfer-encoding"]) {
    dropHeader(headers, name);
    retractHeader(was.res, name);
  }
  sendHead(was, status, headers);
  was.res.end();
};

const sendCompressed = async (
  was: Was,
  status: number,
  headers: FlatHeaders,
  body: string | Uint8Array,
  length: number,
  coding: ContentCoding,
): Promise<void> => {
  markCompressed(was, headers, coding);
  // The length is known only by doing the work, which nobody would read (RFC 9110 section 9.3.2 lets it be left out).
  if (was.req.method === "HEAD") return sendHeadOnly(was, status, headers);
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  if (length > oneShotLimit) return pump(was, slicesOf(bytes), { begin: () => sendHead(was, status, headers), coding, atOnce: false });
  const compressed = await compressBytes(coding, bytes);
  sendWhole(was, status, headers, compressed, compressed.byteLength);
};

const sendHeadOnly = (was: Was, status: number, headers: FlatHeaders): void => {
  sendHead(was, status, headers);
  was.res.end();
};

const sendStream = (
  was: Was,
  status: number,
  headers: FlatHeaders,
  body: Exclude<Body, string | Uint8Array | null>,
): void | Promise<void> => {
  const source = sourceOf(body);
  try {
    dropHeader(headers, "transfer-encoding");
    const length = lengthOf(headers) ?? source.length;
    if (source.type && indexOfHeader(headers, "content-type") < 0) headers.push("Content-Type", source.type);
    const { compressFrom } = was.services.responses;
    const longEnough = length === undefined ? Number.isFinite(compressFrom) : length >= compressFrom;
    const coding = longEnough ? codingFor(was, status, headers) : undefined;
    if (coding !== undefined) markCompressed(was, headers, coding);
    else if (length !== undefined) replaceHeader(headers, "Content-Length", String(length));
    else retractHeader(was.res, "content-length");
    if (was.req.method === "HEAD") {
      source.close();
      return sendHeadOnly(was, status, headers);
    }
    const atOnce = (headerOf(headers, "content-type") ?? "").startsWith("text/event-stream");
    return pump(was, source, { begin: () => sendHead(was, status, headers), length, coding, atOnce });
  } catch (error) {
    source.close();
    throw error;
  }
};

const lengthOf = (headers: FlatHeaders): number | undefined => {
  const value = headerOf(headers, "content-length");
  if (value === undefined) return undefined;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new ReactorError("SKITAI_REACTOR_BAD_RESPONSE", { value, hint: "Content-Length is a number of bytes." }, { status: 500 });
};
