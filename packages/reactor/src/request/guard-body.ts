import { countBody } from "../http/exchange.ts";
import type { NodeRequest } from "../http/types.ts";
import { respondError } from "../response/error-page.ts";
import type { Was } from "../was/was.ts";
import { bodyLimit } from "./body.ts";
import { discardBody } from "./discard.ts";

/**
 * Lets a request through to an app that reads bodies by itself, unless its body is too large: by its `Content-Length` it is refused at
 * once, in chunks it is cut off as soon as it exceeds the limit.
 *
 * @returns false when the request was answered (413).
 */
export const guardBody = (was: Was): boolean => {
  const { req } = was;
  if (!carriesBody(req)) return true;
  const limit = bodyLimit(was);
  const body = countBody(req);
  if (Number(req.headers["content-length"] ?? 0) > limit || body.received > limit) {
    refuse(was);
    return false;
  }
  body.allowed = limit;
  body.exceeded = () => refuse(was);
  was.continue();
  return true;
};

const refuse = (was: Was): void => {
  discardBody(was);
  respondError(was, 413);
};

const carriesBody = (req: NodeRequest): boolean =>
  req.method !== "GET" && req.method !== "HEAD"
    ? !("stream" in req && req.stream.endAfterHeaders)
    : req.headers["content-length"] !== undefined || req.headers["transfer-encoding"] !== undefined;
