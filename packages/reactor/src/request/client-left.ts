import type { NodeRequest, NodeResponse } from "../http/types.ts";

/** What streams and parsers say when the other end is gone. */
const partings: ReadonlySet<unknown> = new Set([
  "ABORT_ERR",
  "ECANCELED",
  "ECONNABORTED",
  "ECONNRESET",
  "EPIPE",
  "ERR_HTTP2_INVALID_STREAM",
  "ERR_HTTP2_STREAM_CANCEL",
  "ERR_HTTP2_STREAM_ERROR",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_UNABLE_TO_PIPE",
  "ERR_STREAM_WRITE_AFTER_END",
  "SKITAI_REACTOR_BODY_ABORTED",
]);

/**
 * Whether an error only says that the client has left before its answer was complete: nobody's fault, and nobody is there to be told.
 *
 * @example pipeline(file, res) // rejects with ERR_STREAM_PREMATURE_CLOSE when a download is cancelled
 */
export const isParting = ({ req, res }: { readonly req: NodeRequest; readonly res: NodeResponse }, error: unknown): boolean =>
  error instanceof Error && (partings.has(Reflect.get(error, "code")) || error.name === "AbortError") && hasLeft(req, res);

const hasLeft = (req: NodeRequest, res: NodeResponse): boolean =>
  !res.writableFinished && ("stream" in res ? res.stream.destroyed || req.aborted : res.destroyed || req.aborted || isClosed(res.socket));

const isClosed = (socket: { readonly destroyed: boolean } | null): boolean => socket?.destroyed === true;
