import { ReactorError } from "../errors.ts";
import type { NodeRequest } from "../http/types.ts";
import type { Was } from "../was/was.ts";
import { hasBody, bodyTooLarge } from "./body-rules.ts";
import { decoderOf, type Decoder } from "./decoder.ts";

/**
 * Reads the whole body of a request. A body in gzip, br, deflate or zstd is decompressed; the limit is on what arrives and on what comes out.
 *
 * @param limit bytes.
 * @param signal stops reading; the promise is rejected with its reason.
 * @throws HttpError 413 (SKITAI_REACTOR_BODY_TOO_LARGE) by `Content-Length` before anything is read, else as soon as the limit is exceeded;
 * 415 for an unknown `Content-Encoding`; 400 for one that does not decode.
 * @throws SKITAI_REACTOR_BODY_ABORTED when the client goes away, SKITAI_REACTOR_BODY_CONSUMED when somebody read the body before.
 */
export const readBody = async (was: Was, limit: number, signal?: AbortSignal): Promise<Buffer> => {
  const { req } = was;
  if (!hasBody(req)) return empty;
  if (req.readableDidRead || req.readableEnded) throw new ReactorError("SKITAI_REACTOR_BODY_CONSUMED", {}, { status: 500 });
  signal?.throwIfAborted();
  const decoder = decoderOf(req.headers["content-encoding"], limit);
  if (Number(req.headers["content-length"] ?? 0) > limit) throw bodyTooLarge(limit);
  was.continue();
  try {
    return await (decoder ? decode(req, decoder, limit, signal) : collect(req, limit, signal));
  } finally {
    decoder?.close();
  }
};

/** The body-size limit in bytes for a request: the mount's or else the engine's, for a multipart form or anything else. */
export const bodyLimit = (was: Was): number => {
  const app = was.mount?.app;
  if (/^\s*multipart\//i.test(was.req.headers["content-type"] ?? "")) return app?.maxMultipartBodySize ?? was.services.maxMultipartBodySize;
  return app?.maxPostBodySize ?? was.services.maxPostBodySize;
};

const empty = Buffer.alloc(0);

/** Each chunk costs a hundred bytes beside its own, and a client may send them byte by byte. */
const mostChunks = 1_024;

const collect = async (req: NodeRequest, limit: number, signal: AbortSignal | undefined): Promise<Buffer> => {
  const blocks: Buffer[] = [];
  let chunks: Buffer[] = [];
  let size = 0;
  await eachChunk(req, signal, (chunk) => {
    size += chunk.length;
    if (size > limit) throw bodyTooLarge(limit);
    if (chunks.push(chunk) < mostChunks) return;
    blocks.push(Buffer.concat(chunks));
    chunks = [];
  });
  return blocks.length === 0 && chunks.length === 1 ? chunks[0]! : Buffer.concat([...blocks, ...chunks], size);
};

const decode = async (req: NodeRequest, decoder: Decoder, limit: number, signal: AbortSignal | undefined): Promise<Buffer> => {
  let size = 0;
  await eachChunk(req, signal, (chunk) => {
    size += chunk.length;
    // Some codings can say nothing for ever.
    if (size > limit) throw bodyTooLarge(limit);
    return decoder.write(chunk);
  });
  return decoder.end();
};

/**
 * Gives every chunk to `take`, one at a time. A throw of `take` or the signal stops it and leaves the rest of the body unread, but the connection in order.
 */
const eachChunk = (req: NodeRequest, signal: AbortSignal | undefined, take: (chunk: Buffer) => void | Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      req.off("data", onData).off("end", onEnd).off("error", onAborted).off("close", onAborted).off("aborted", onAborted);
      signal?.removeEventListener("abort", onSignal);
      if (error === undefined) return resolve();
      req.pause();
      // An upload that breaks off now has nobody to tell.
      req.on("error", ignore);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a signal's reason may be anything
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      try {
        const taken = take(chunk);
        if (!taken) return;
        req.pause();
        taken.then(() => void req.resume(), settle);
      } catch (error) {
        settle(error);
      }
    };
    // HTTP/2 ends a body that broke off as if it were complete.
    const onEnd = (): void => (req.aborted ? onAborted() : settle());
    const onAborted = (cause?: unknown): void => settle(new ReactorError("SKITAI_REACTOR_BODY_ABORTED", {}, { status: 400, cause }));
    const onSignal = (): void => settle(signal?.reason);
    req.on("data", onData).on("end", onEnd).on("error", onAborted).on("close", onAborted).on("aborted", onAborted);
    signal?.addEventListener("abort", onSignal);
    if (req.destroyed || req.aborted) onAborted();
  });

const ignore = (): void => {};
