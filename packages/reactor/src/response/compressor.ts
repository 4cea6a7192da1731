import { brotliCompress, constants, createBrotliCompress, createGzip, createZstdCompress, gzip, zstdCompress } from "node:zlib";
import type { BrotliOptions, ZlibOptions, ZstdOptions } from "node:zlib";
import type { Transform } from "node:stream";
import type { ContentCoding } from "../http/accept.ts";

// Levels at which a small machine keeps up with its network: higher ones cost several times the CPU for a few per cent.
const gzipOptions: ZlibOptions = { level: 4 };
const brotliOptions: BrotliOptions = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 4,
    [constants.BROTLI_PARAM_LGWIN]: 19,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  },
};
const zstdOptions: ZstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** Compresses a whole body on a thread of Node's pool. */
export const compressBytes = (coding: ContentCoding, bytes: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer): void => (error ? reject(error) : resolve(result));
    if (coding === "br") brotliCompress(bytes, brotliOptions, done);
    else if (coding === "zstd") zstdCompress(bytes, zstdOptions, done);
    else gzip(bytes, gzipOptions, done);
  });

/** Compresses a body piece by piece. */
export class Compressor {
  readonly #stream: Transform & { flush(kind: number, done: () => void): void; close(): void };
  readonly #flush: number;
  #flowing = true;

  /** @param out takes the compressed bytes; false when its reader has to catch up. */
  constructor(coding: ContentCoding, out: (bytes: Buffer) => boolean) {
    this.#stream =
      coding === "br" ? createBrotliCompress(brotliOptions) : coding === "zstd" ? createZstdCompress(zstdOptions) : createGzip(gzipOptions);
    this.#flush = coding === "br" ? constants.BROTLI_OPERATION_FLUSH : coding === "zstd" ? constants.ZSTD_e_flush : constants.Z_SYNC_FLUSH;
    this.#stream.on("data", (bytes: Buffer) => (this.#flowing = out(bytes)));
    this.#stream.on("error", () => {});
  }

  /**
   * Takes a piece.
   *
   * @param flush gives out everything that was taken so far, at the cost of some compression.
   * @returns false when the reader has to catch up.
   */
  write(piece: string | Uint8Array, flush: boolean): Promise<boolean> {
    this.#flowing = true;
    return new Promise((resolve, reject) => {
      this.#stream.write(piece, (error) => {
        if (error) reject(error);
        else if (flush) this.#stream.flush(this.#flush, () => resolve(this.#flowing));
        else resolve(this.#flowing);
      });
    });
  }

  /** Gives out the rest. */
  end(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.once("end", resolve);
      this.#stream.once("error", reject);
      this.#stream.end();
    });
  }

  /** Gives back the memory, also in the middle. */
  close(): void {
    this.#stream.close();
  }
}
