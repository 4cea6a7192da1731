import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { rawError } from "../response/error-page.ts";

/** What Node's parser calls an error, and what the client is told. Anything else is a bad request. */
const statuses: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers bytes that are no request and closes the connection. What the parser refuses is never guessed at: a request that two servers could
 * read differently must not pass (RFC 9112 section 11.2).
 */
export const answerParserError = (error: NodeJS.ErrnoException, socket: Duplex & { _httpMessage?: ServerResponse | null }): void => {
  const answering = socket._httpMessage;
  if (!socket.writable || error.code === "ECONNRESET" || answering?.headersSent) return void socket.destroy(error);
  socket.end(rawError(statuses[error.code ?? ""] ?? 400), () => socket.destroy());
};
