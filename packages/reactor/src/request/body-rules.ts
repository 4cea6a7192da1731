import { HttpError } from "../errors.ts";
import type { NodeRequest } from "../http/types.ts";

/** Whether a body comes with a request (RFC 9112 section 6.3). An empty one counts as none. */
export const hasBody = (req: NodeRequest): boolean => {
  if ("stream" in req) return !req.stream.endAfterHeaders;
  const length = req.headers["content-length"];
  return length === undefined ? req.headers["transfer-encoding"] !== undefined : length !== "0";
};

/** The error of a body larger than `limit` bytes. */
export const bodyTooLarge = (limit: number): HttpError =>
  new HttpError(413, "", { code: "SKITAI_REACTOR_BODY_TOO_LARGE", details: { limit } });
