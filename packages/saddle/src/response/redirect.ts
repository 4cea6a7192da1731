import { escapeHtml } from "@skitai/reactor/framework";
import { Answer, parseStatus, statusText, type Status } from "./answer.ts";
import { addHeaders, type HeadersLike } from "./headers.ts";

/** An answer that sends the client to another URL. */
export const redirect = (url: string, status: Status = "302 Object Moved", body?: string, headers?: HeadersLike): Answer => {
  const location = asHeader(url);
  const answer = new Answer(status, body ?? page(statusText(parseStatus(status)), location), {
    Location: location,
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "max-age=0",
    Expires: new Date().toUTCString(),
  });
  if (headers) addHeaders(answer.headers, headers);
  return answer;
};

/** What a header may not hold is percent-encoded; what is encoded stays. */
const asHeader = (url: string): string => url.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent);

const page = (title: string, location: string): string =>
  `<head><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1>This document may be found <a HREF="${escapeHtml(location)}">here</a></body>`;
