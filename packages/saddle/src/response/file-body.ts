import { open, type FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { HttpError } from "@skitai/reactor";

/** A file to send; it is opened when the answer is. */
export class FileBody {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

export interface OpenedFile {
  readonly length: number;
  readonly stream: Readable;
}

/**
 * Opens a file for sending. Its stream closes it.
 *
 * @throws HttpError 404 when there is no such regular file.
 */
export const openFile = async ({ path }: FileBody): Promise<OpenedFile> => {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stats = await file.stat();
    if (stats.isFile()) return { length: stats.size, stream: file.createReadStream() };
  } catch (cause) {
    await file?.close();
    if (!missing.has((cause as NodeJS.ErrnoException).code)) throw cause;
    throw new HttpError(404, "There is no such file.", { cause });
  }
  await file.close();
  throw new HttpError(404, "There is no such file.");
};

const missing: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);

/** `Content-Disposition` of a download (RFC 6266), with the name in UTF-8 where it is not plain ASCII (RFC 8187). */
export const attachment = (filename: string): string => {
  const name = basename(filename.replaceAll("\\", "/")).toWellFormed();
  const plain = name.replace(/[^\x20-\x7e]|["%\\]/g, "_");
  if (plain === name) return `attachment; filename="${name}"`;
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
};
