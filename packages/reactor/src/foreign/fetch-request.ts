import { HttpError, ReactorError } from "../errors.ts";
import { webStreamOf } from "../http/web-stream.ts";
import { hasBody } from "../request/body-rules.ts";
import type { Was } from "../was/was.ts";
import { urlBelow } from "./below.ts";

/**
 * A Fetch `Request` of the request below its mount point. Its body streams, and its signal is aborted when the client goes away before the answer is complete.
 *
 * @throws HttpError 400 when URL or headers are nothing that Fetch can hold, 501 for methods that it forbids (TRACE).
 */
export const fetchRequestOf = (was: Was): Request => {
  const { req, res } = was;
  const controller = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) controller.abort();
  });
  const method = req.method!;
  if (method === "TRACE" || method === "CONNECT" || method === "TRACK") throw new HttpError(501, `${method} is not supported.`);
  const init: RequestInit = { method, headers: headersOf(req.rawHeaders), signal: controller.signal };
  if (method !== "GET" && method !== "HEAD" && hasBody(req)) {
    init.body = bodyOf(was);
    init.duplex = "half";
  }
  try {
    return new Request(`${was.scheme}://${was.host || "localhost"}${urlBelow(was)}`, init);
  } catch (cause) {
    throw new HttpError(400, "This request cannot be understood.", { cause });
  }
};

const headersOf = (raw: readonly string[]): [string, string][] => {
  const headers: [string, string][] = [];
  // HTTP/2 has the request line among the headers, with a colon in front.
  for (let at = 0; at < raw.length; at += 2) if (!raw[at]!.startsWith(":")) headers.push([raw[at]!, raw[at + 1]!]);
  return headers;
};

const bodyOf = (was: Was): ReadableStream<Uint8Array> => {
  const { req } = was;
  return webStreamOf(req, {
    begin: () => {
      if (req.readableDidRead) throw new ReactorError("SKITAI_REACTOR_BODY_CONSUMED", {}, { status: 500 });
      was.continue();
    },
    failure: (error) =>
      error instanceof ReactorError ? error : new ReactorError("SKITAI_REACTOR_BODY_ABORTED", {}, { status: 400, cause: error }),
    cancel: () => void req.resume(),
  });
};
