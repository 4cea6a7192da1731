import { randomBytes } from "node:crypto";
import { open, rm, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { encodeHead, encodePrelude, longestHead, preludeLength } from "./disk-format.ts";
import type { StoredHead, StoreWriter } from "./store.ts";

export interface DiskWriterParts {
  readonly head: StoredHead;
  /** Bytes that a file may have. */
  readonly maxSize: number;
  /** Resolves to the name of a new file. */
  begin(): Promise<string>;
  /** Gives the complete file its name. @returns whether it did. */
  publish(file: string, size: number): Promise<boolean>;
  failed(error: unknown): void;
}

/** Bytes that may wait for the disk before the one who writes has to. */
const maxWaiting = 1024 ** 2;

/** Writes one response to a file that nobody sees until it is complete. */
export class DiskWriter implements StoreWriter {
  readonly #parts: DiskWriterParts;
  readonly #head: Buffer;
  readonly #opened: Promise<void>;
  #file: string | undefined;
  #handle: FileHandle | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #length = 0;
  #checksum = 0;
  #writing: Promise<void> | undefined;
  #hasFailed = false;
  #isOver = false;

  constructor(parts: DiskWriterParts) {
    this.#parts = parts;
    this.#head = encodeHead(parts.head);
    this.#opened = this.#open().catch((error: unknown) => this.#fail(error));
  }

  write(piece: Uint8Array): boolean | Promise<boolean> {
    if (this.#hasFailed || !this.#fits(piece.length)) return false;
    this.#checksum = crc32(piece, this.#checksum);
    this.#length += piece.length;
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    this.#writing ??= this.#drain();
    return this.#waitingBytes < maxWaiting || this.#writing.then(() => !this.#hasFailed);
  }

  async commit(): Promise<boolean> {
    this.#isOver = true;
    await this.#opened;
    while (this.#writing !== undefined) await this.#writing;
    try {
      if (this.#hasFailed || this.#handle === undefined || !this.#fits(0)) return false;
      const prelude = encodePrelude(this.#head, this.#length, this.#checksum, randomBytes(16));
      await writeAll(this.#handle, [prelude, this.#head], 0);
      await this.#close();
      const isPublished = await this.#parts.publish(this.#file!, this.#size);
      if (isPublished) this.#file = undefined;
      return isPublished;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      await this.#discard();
    }
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hasFailed = true;
    this.#waiting = [];
    this.#opened
      .then(() => this.#writing)
      .then(() => this.#discard())
      .catch((error: unknown) => this.#parts.failed(error));
  }

  get #size(): number {
    return preludeLength + this.#head.length + this.#length;
  }

  #fits(more: number): boolean {
    return this.#head.length <= longestHead && this.#size + more <= this.#parts.maxSize;
  }

  async #open(): Promise<void> {
    const file = await this.#parts.begin();
    this.#handle = await open(file, "wx", 0o600);
    this.#file = file;
  }

  async #drain(): Promise<void> {
    await this.#opened;
    try {
      let at = preludeLength + this.#head.length + this.#length - this.#waitingBytes;
      while (this.#waiting.length > 0 && !this.#hasFailed) {
        const pieces = this.#waiting;
        const bytes = this.#waitingBytes;
        this.#waiting = [];
        await writeAll(this.#handle!, pieces, at);
        at += bytes;
        this.#waitingBytes -= bytes;
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = undefined;
    }
  }

  #fail(error: unknown): void {
    if (!this.#hasFailed) this.#parts.failed(error);
    this.#hasFailed = true;
    this.#waiting = [];
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #discard(): Promise<void> {
    await this.#close().catch(() => {});
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) await rm(file, { force: true });
  }
}

/** `writev` may write less than it was given, as on a full disk. */
const writeAll = async (handle: FileHandle, pieces: readonly Uint8Array[], start: number): Promise<void> => {
  let at = start;
  let left = [...pieces];
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, at);
    if (bytesWritten === 0) throw new Error("The disk takes no more.");
    at += bytesWritten;
    let skipped = bytesWritten;
    left = left.flatMap((piece) => {
      const from = Math.min(skipped, piece.length);
      skipped -= from;
      return from < piece.length ? [piece.subarray(from)] : [];
    });
  }
};
