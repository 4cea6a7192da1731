import type { IncomingMessage } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import { rawError } from "../response/error-page.ts";
import type { Http1Socket } from "./connection-watch.ts";
import type { Limits } from "./limits.ts";

/**
 * Cuts off a client that neither sent nor took anything for the request timeout while it owed something. Where this side is behind (a handler that
 * thinks, a body that nobody reads) nothing is owed: the client is left alone, and looked at again after the same time.
 */
export const guardSlowClient = (socket: Http1Socket): void => {
  const res = socket.answer;
  // An orderly end would wait behind what the client does not take.
  if (!res || res.writableFinished || socket.writableLength > 0) return void socket.destroy();
  if (!owesBody(res.req)) return void socket.setTimeout(socket.timeout ?? 0);
  // An answer without a socket waits for the one before it.
  if (!res.headersSent && res.socket) socket.write(rawError(408));
  socket.destroySoon();
};

/** Whether somebody wants to read more of a body than has come. `_consumed` is Node's own note that somebody has begun to. */
const owesBody = (req: IncomingMessage): boolean =>
  !req.complete && Reflect.get(req, "_consumed") === true && req.readableLength < req.readableHighWaterMark;

/** The same for the streams of HTTP/2; where a body comes with one, the time for all of it is limited too. */
export const watchStream = (stream: ServerHttp2Stream, { requestTimeout, bodyTimeout }: Limits): void => {
  const rest = (): void => void stream.setTimeout(requestTimeout, look);
  const look = (): void => {
    if (stream.writableLength > 0) cut(stream);
    else if (owesRest(stream)) refuse(stream, requestTimeout);
    else rest();
  };
  rest();
  if (stream.endAfterHeaders) return;
  // Whoever could not send has its time from now on.
  stream.on("resume", () => void stream.setTimeout(requestTimeout));
  if (bodyTimeout === 0) return;
  const deadline = setTimeout(() => {
    if (!hasAll(stream)) refuse(stream, requestTimeout);
  }, bodyTimeout).unref();
  stream.once("close", () => clearTimeout(deadline));
};

const hasAll = (stream: ServerHttp2Stream): boolean => stream.state.remoteClose === 1;

/** Whether somebody wants to read on, or nobody will because the answer is complete. */
const owesRest = (stream: ServerHttp2Stream): boolean => !hasAll(stream) && (stream.readableFlowing === true || stream.writableFinished);

/** Ends a stream at once. The client need not take anything for that, not even the frame that tells it. */
const cut = (stream: ServerHttp2Stream): void => {
  stream.close(constants.NGHTTP2_CANCEL);
  stream.destroy();
};

/** Wants no more of a body. */
const refuse = (stream: ServerHttp2Stream, patience: number): void => {
  if (stream.destroyed || stream.closed) return;
  if (stream.headersSent && !stream.writableFinished) return cut(stream);
  if (!stream.headersSent) {
    stream.respond({ ":status": 408 }, { endStream: true });
    // Node tells it only where the answer is incomplete; whoever reads the body must not take the part for the whole.
    stream.emit("aborted");
  }
  stream.close(constants.NGHTTP2_NO_ERROR);
  stream.setTimeout(patience, () => void stream.destroy());
};
