import { constants } from "node:http2";
import type { IncomingMessage } from "node:http";
import type { NodeRequest } from "../http/types.ts";
import type { Was } from "../was/was.ts";
import { hasBody } from "./body-rules.ts";

/** What is read and dropped for the sake of keeping a connection, in bytes. */
const keepUpTo = 1_048_576;

/** What is read and dropped from a client that sends on while it is told to stop: bytes and milliseconds. */
const lingerBytes = 64 * 1_048_576;
const lingerTime = 2_000;

const discarding: unique symbol = Symbol("discarding");

/**
 * Gives up the rest of a request body, so that the client can read the answer. Call it before the answer's head is written; `respond` does for
 * every status from 300 on.
 *
 * A body of at most 1 MiB by its `Content-Length` is read and dropped. For any other the answer carries `Connection: close`, and the connection is
 * closed in two steps: this side stops sending, but reads on for up to 2 s or 64 MiB, because closing on unread bytes makes the system reset the
 * connection, which may take the answer from under the client (RFC 9112 section 9.6). Whoever still reads the body then sees it break off.
 * HTTP/2 asks the client to stop by `RST_STREAM(NO_ERROR)` behind the answer (RFC 9113 section 8.1), for which some clients forget the answer.
 */
export const discardBody = (was: Was): void => {
  const { res } = was;
  const req: NodeRequest & { [discarding]?: true } = was.req;
  if (!hasBody(req) || req.readableEnded || req[discarding] || res.headersSent) return;
  req[discarding] = true;
  // A client that waits for `100 Continue` may send the body now or not: only a closed connection makes that clear.
  const waits = was.services.awaitsContinue(was.req);
  const isShort = Number(req.headers["content-length"]) <= keepUpTo;
  if ("stream" in req) {
    const { stream } = req;
    req.push = dropped;
    stream.resume();
    if (waits || !isShort) stream.once("finish", () => stream.close(constants.NGHTTP2_NO_ERROR));
    stream.once("close", () => req.destroy());
  } else if (waits || !isShort) {
    if ("shouldKeepAlive" in res) res.shouldKeepAlive = false;
    linger(req);
  } else {
    req.resume();
  }
};

const dropped = (): boolean => true;

/** Drops what comes, and replaces the end of the connection by a slower one. */
const linger = (req: IncomingMessage): void => {
  const { socket } = req;
  let received = 0;
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  let close: (() => void) | undefined;
  req.push = (chunk: Uint8Array | null) => {
    received += chunk?.byteLength ?? 0;
    over ||= chunk === null || received > lingerBytes;
    if (over) close?.();
    return !over;
  };
  // It tells Node that the body is taken care of.
  req.read(0);
  socket.once("close", () => {
    clearTimeout(timer);
    req.destroy();
  });
  // In memory nothing can be reset.
  if (typeof socket.destroySoon !== "function") return;
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    close = destroySoon;
    if (over) return destroySoon();
    socket.end();
    timer = setTimeout(destroySoon, lingerTime);
  };
};
