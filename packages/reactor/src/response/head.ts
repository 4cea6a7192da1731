import { validateHeaderName, validateHeaderValue, type ServerResponse } from "node:http";
import { ReactorError, reasonOf } from "../errors.ts";
import { connectionSpecific } from "../http/connection-fields.ts";
import type { FlatHeaders, NodeResponse } from "../http/types.ts";
import type { Was } from "../was/was.ts";
import { varyWith } from "./headers.ts";

/**
 * Writes status and headers, together with what a server or middleware in front put there with `res.setHeader`: `Set-Cookie` adds up, `Vary` is merged,
 * any other header given here replaces the one that was there.
 *
 * @throws SKITAI_REACTOR_BAD_RESPONSE when the status or a header cannot be sent, or an answer was begun before. Nothing was sent by this call then.
 */
export const sendHead = (was: Was, status: number, headers: FlatHeaders): void => {
  const { req } = was;
  const res = writerOf(was);
  try {
    // Nothing to merge, and nobody who wrapped `writeHead` and expects `setHeader` before it.
    if (req.httpVersionMajor === 1 && res.getHeaderNames().length === 0 && !Object.hasOwn(res, "writeHead")) res.writeHead(status, headers);
    else mergeHead(res, status, headers, req.httpVersionMajor === 2);
  } catch (error) {
    const hint = res.headersSent ? "this request was answered already." : `${reasonOf(error)}.`;
    throw new ReactorError("SKITAI_REACTOR_BAD_RESPONSE", { value: `status ${status}`, hint }, { cause: error, status: 500 });
  }
  if (status >= 500) was.services.failed();
};

/** Takes back what a server or middleware in front set, as far as it can be. */
export const retractHeader = (res: NodeResponse, name: string): void => {
  if (!res.headersSent && res.hasHeader(name)) res.removeHeader(name);
};

/** Both kinds of response have these methods; TypeScript only cannot call a union of their overloads. */
export const writerOf = (was: Was): ServerResponse => was.res as ServerResponse;

const mergeHead = (res: ServerResponse, status: number, headers: FlatHeaders, http2: boolean): void => {
  // All of them first, so that a bad one leaves no traces on the error page that follows.
  for (let at = 0; at < headers.length; at += 2) {
    validateHeaderName(headers[at]!);
    validateHeaderValue(headers[at]!, headers[at + 1]!);
  }
  const seen = new Set<string>();
  res.removeHeader("transfer-encoding");
  if (http2) for (const name of res.getHeaderNames()) if (connectionSpecific.has(name)) res.removeHeader(name);
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!;
    const lower = name.toLowerCase();
    const value = headers[at + 1]!;
    if (http2 && connectionSpecific.has(lower)) continue;
    if (lower === "vary") res.setHeader(name, varyWith(res.getHeader(name)?.toString(), value));
    else if (lower === "set-cookie" || seen.has(lower)) res.appendHeader(name, value);
    else res.setHeader(name, value);
    seen.add(lower);
  }
  res.writeHead(status);
};
