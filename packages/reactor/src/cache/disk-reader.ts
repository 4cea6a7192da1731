import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { decodeHead, decodePrelude, preludeLength, type Prelude } from "./disk-format.ts";
import type { StoredBody, StoredHead } from "./store.ts";

/** A file, as far as one look at it went. */
export interface DiskFile {
  readonly path: string;
  readonly prelude: Prelude;
  readonly head: StoredHead;
  /** The whole body where it was within reach; it is not checked yet. */
  readonly body: Buffer | undefined;
  /** When it was last used, about; milliseconds since 1970. */
  readonly usedAt: number;
}

/** One look takes this much: the head, and all of a small body. */
const lookSize = 65_536;
/** A longer body is checked first and then sent piece by piece. */
const longestWhole = 1024 ** 2;
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** Reads the head of a file. @returns undefined when it is damaged. @throws what the file system says, such as ENOENT. */
export const readFile = async (path: string): Promise<DiskFile | undefined> => {
  const handle = await open(path, openFlags);
  try {
    return await look(handle, path);
  } finally {
    await handle.close();
  }
};

/**
 * The body of a file that was looked at.
 *
 * @returns undefined when the file has been replaced since, or the body is damaged; `"damaged"` tells the second.
 */
export const readBody = async (file: DiskFile): Promise<StoredBody | "damaged" | undefined> => {
  if (file.body !== undefined) return checked(file.body, file.prelude);
  const handle = await open(file.path, openFlags);
  let body: StoredBody | "damaged" | undefined;
  try {
    const now = await look(handle, file.path);
    if (now?.prelude.id !== file.prelude.id) return undefined;
    const { prelude } = file;
    const start = preludeLength + prelude.headLength;
    if (prelude.bodyLength <= longestWhole) return checked(await readWhole(handle, start, prelude.bodyLength), prelude);
    return (body =
      (await checksumOf(handle, start, prelude.bodyLength)) === prelude.bodyChecksum ? piecesOf(handle, start, prelude) : "damaged");
  } finally {
    // Pieces close it themselves.
    if (typeof body !== "object") await handle.close();
  }
};

const look = async (handle: FileHandle, path: string): Promise<DiskFile | undefined> => {
  const { size, mtimeMs } = await handle.stat();
  let bytes = await readWhole(handle, 0, Math.min(size, lookSize));
  const prelude = decodePrelude(bytes, size);
  if (prelude === undefined) return undefined;
  const bodyAt = preludeLength + prelude.headLength;
  if (bodyAt > bytes.length) bytes = await readWhole(handle, 0, bodyAt);
  const head = decodeHead(bytes, bytes.subarray(preludeLength, bodyAt));
  if (head === undefined) return undefined;
  return { path, prelude, head, body: bytes.length === size ? bytes.subarray(bodyAt) : undefined, usedAt: mtimeMs };
};

const checked = (body: Buffer, { bodyLength, bodyChecksum }: Prelude): Buffer | "damaged" =>
  body.length === bodyLength && crc32(body) === bodyChecksum ? body : "damaged";

/** Fewer bytes when the file has fewer. */
const readWhole = async (handle: FileHandle, start: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
};

const checksumOf = async (handle: FileHandle, start: number, length: number): Promise<number> => {
  const piece = Buffer.allocUnsafeSlow(lookSize);
  let checksum = 0;
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, length - at), start + at);
    if (bytesRead === 0) return Number.NaN;
    checksum = crc32(piece.subarray(0, bytesRead), checksum);
    at += bytesRead;
  }
  return checksum;
};

/** Not a generator: one that was never started would not close the file when it is given back. */
const piecesOf = (handle: FileHandle, start: number, { bodyLength }: Prelude): AsyncIterable<Uint8Array> => {
  let at = 0;
  let closed: Promise<void> | undefined;
  const close = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    await (closed ??= handle.close());
    return { done: true, value: undefined };
  };
  const pieces: AsyncIterableIterator<Uint8Array, undefined> = {
    [Symbol.asyncIterator]: () => pieces,
    next: async () => {
      if (closed !== undefined || at === bodyLength) return close();
      const piece = await readWhole(handle, start + at, Math.min(lookSize, bodyLength - at));
      at += piece.length;
      if (piece.length > 0) return { done: false, value: piece };
      await close();
      throw new Error("A stored response became shorter while it was read.");
    },
    return: close,
  };
  return pieces;
};
