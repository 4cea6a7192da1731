import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress, zstdDecompressSync } from "node:zlib";
import { HttpError } from "../errors.ts";
import { bodyTooLarge } from "./body-rules.ts";

/** Undoes the `Content-Encoding` of a body, up to a limit. */
export interface Decoder {
  /** Resolves when the chunk was taken. @throws HttpError 413 or 400 */
  write(chunk: Buffer): Promise<void>;
  /** The whole body. @throws HttpError 413 or 400 */
  end(): Promise<Buffer>;
  close(): void;
}

/**
 * The decoder for a `Content-Encoding`; undefined where there is nothing to undo.
 *
 * @param limit bytes that may come out: a body that grows beyond is refused when it gets there, however small it arrived.
 * @throws HttpError 415 for a coding that is not known, or several of them.
 */
export const decoderOf = (contentEncoding: string | undefined, limit: number): Decoder | undefined => {
  const coding = contentEncoding?.trim().toLowerCase() ?? "";
  if (coding === "" || coding === "identity") return undefined;
  const stream = streamOf(coding);
  if (!stream) {
    throw new HttpError(415, `A request body in the content coding ${coding} cannot be read.`, {
      headers: ["Accept-Encoding", detectsPartOfZstd() ? "gzip, br, deflate, zstd" : "gzip, br, deflate"],
    });
  }
  return decoding(stream, coding, limit);
};

const streamOf = (coding: string): Transform | undefined => {
  if (coding === "gzip" || coding === "x-gzip") return createGunzip();
  if (coding === "br") return createBrotliDecompress();
  if (coding === "deflate") return createInflate();
  if (coding === "zstd" && detectsPartOfZstd()) return createZstdDecompress();
  return undefined;
};

/** Some versions of Node 22 take the beginning of a zstd frame for the whole, so that a body could lose its end unnoticed. */
const detectsPartOfZstd = (): boolean => {
  try {
    zstdDecompressSync(Buffer.from("28b52ffd6058016d00003068", "hex"));
    return false;
  } catch {
    return true;
  }
};

const decoding = (stream: Transform, coding: string, limit: number): Decoder => {
  const chunks: Buffer[] = [];
  let size = 0;
  let failure: HttpError | undefined;
  let fail!: (error: HttpError) => void;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => {});
  const stop = (error: HttpError): void => {
    failure ??= error;
    fail(failure);
    stream.destroy();
  };
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) stop(bodyTooLarge(limit));
    else chunks.push(chunk);
  });
  stream.on("error", (cause) => stop(new HttpError(400, `The request body is no valid ${coding}.`, { cause })));
  const taken = (call: (done: () => void) => void): Promise<void> => (failure ? failed : Promise.race([new Promise<void>(call), failed]));
  return {
    write: (chunk) => taken((done) => stream.write(chunk, () => done())),
    end: async () => {
      await taken((done) => void stream.once("end", done).end());
      return Buffer.concat(chunks, size);
    },
    close: () => stream.destroy(),
  };
};
