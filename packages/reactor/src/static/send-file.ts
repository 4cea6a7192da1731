import type { FileHandle } from "node:fs/promises";
import { ClientWatch } from "../response/client-watch.ts";
import { writerOf } from "../response/head.ts";
import { breakOff } from "../response/pump.ts";
import type { Was } from "../was/was.ts";
import type { ByteRange } from "./byte-range.ts";

/** Less costs more system calls, more costs memory for each slow client. */
const chunkSize = 256 * 1024;

/**
 * Sends a part of an open file as the body of an answer whose head was written, and closes the file.
 *
 * One buffer is read into and written from by turns: a slow client holds that much memory and no more. Where the file ends too early or cannot be
 * read on, the answer is broken off, so that no client takes the part for the whole.
 *
 * @returns a promise that is kept when the file is closed; it never rejects.
 */
export const sendFile = async (was: Was, handle: FileHandle, { start, end }: ByteRange): Promise<void> => {
  const res = writerOf(was);
  const watch = new ClientWatch(was.res, () => {});
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkSize, end - start + 1));
    for (let at = start; at <= end && !watch.gone;) {
      // Not given up when the client leaves: the file must not be closed under a read.
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at + 1), at);
      if (watch.gone) return;
      if (bytesRead === 0) return breakOff(was);
      at += bytesRead;
      const chunk = bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
      // Called back when the bytes were taken out of the buffer.
      await watch.until(new Promise<void>((resolve) => res.write(chunk, () => resolve())));
    }
    if (!watch.gone) res.end();
  } catch {
    breakOff(was);
  } finally {
    watch.release();
    await closeQuietly(handle);
  }
};

/** Closes a file that was only read from, where nothing can be done about a failure. */
export const closeQuietly = (handle: FileHandle): Promise<void> => handle.close().catch(() => {});
