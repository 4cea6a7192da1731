import type { ServerResponse } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { rawError } from "../response/error-page.ts";

/** Node's own link from a connection to the answer that it is waiting for. */
interface HttpSocket extends Socket {
  _httpMessage?: ServerResponse | null;
}

/**
 * Cuts off a client that neither sent nor took anything for the request timeout while it owed something. A handler that thinks for longer is
 * left alone: then nothing is owed by the client.
 */
export const guardSlowClient = (socket: HttpSocket): void => {
  const res = socket._httpMessage;
  if (!res) return void socket.destroy();
  const sending = !res.req.complete;
  if (!sending && socket.writableLength === 0) return;
  if (sending && !res.headersSent) socket.write(rawError(408));
  socket.destroySoon();
};

/** The same for one stream of HTTP/2. */
export const guardSlowStream = (stream: ServerHttp2Stream): void => {
  const sending = !stream.endAfterHeaders && !stream.readableEnded;
  if (!sending && stream.writableLength === 0) return;
  if (sending && !stream.headersSent) stream.respond({ ":status": 408 }, { endStream: true });
  stream.close(constants.NGHTTP2_CANCEL);
};
