import { constants } from "node:http2";
import type { Socket } from "node:net";
import type { BodyCount } from "../http/exchange.ts";
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
 * Gives up the rest of a request body, so that the client can read the answer. Call it before the answer's head is written; {@link respond} does for every
 * status from 400 on.
 *
 * A known rest of up to 1 MiB is read and dropped. Otherwise the answer carries `Connection: close`, and the connection is closed in two steps:
 * this side stops sending, but reads on for up to 2 s or 64 MiB, because closing on unread bytes makes the system reset the connection and may take the
 * answer from under the client (RFC 9112 section 9.6). HTTP/2 asks the client to stop with `RST_STREAM(NO_ERROR)` after the answer (RFC 9113 section 8.1).
 */
export const discardBody = (was: Was): void => {
  const { res } = was;
  const req: NodeRequest & { [discarding]?: true } & Partial<BodyCount> = was.req;
  if (!hasBody(req) || req.readableEnded || req[discarding] || res.headersSent) return;
  req[discarding] = true;
  // From here on its size no longer matters.
  if (req.allowed !== undefined) req.allowed = Number.POSITIVE_INFINITY;
  // A client that waits for `100 Continue` may or may not send the body now: only a closed connection makes that clear.
  const waits = was.services.awaitsContinue(was.req);
  if ("stream" in req) {
    const { stream } = req;
    res.once("finish", () => stream.close(constants.NGHTTP2_NO_ERROR));
  } else if (waits || !(Number(req.headers["content-length"]) <= keepUpTo)) {
    if ("shouldKeepAlive" in res) res.shouldKeepAlive = false;
    linger(req, req.socket);
  }
  req.on("error", () => {});
  req.resume();
};

/** Replaces the end of a connection by a slower one. */
const linger = (req: NodeRequest, socket: Socket): void => {
  // In memory nothing can be reset.
  if (typeof socket.destroySoon !== "function") return;
  const destroySoon = socket.destroySoon.bind(socket);
  let received = 0;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    destroySoon();
  };
  req.on("data", (chunk: Uint8Array) => {
    received += chunk.byteLength;
    if (received > lingerBytes) end();
  });
  socket.destroySoon = () => {
    if (req.readableEnded || req.destroyed) return end();
    socket.end();
    timer = setTimeout(end, lingerTime);
    req.once("end", end);
    socket.once("close", () => clearTimeout(timer));
  };
};
