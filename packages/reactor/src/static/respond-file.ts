import type { Stats } from "node:fs";
import { realpath, type FileHandle } from "node:fs/promises";
import { HttpError } from "../errors.ts";
import type { FlatHeaders } from "../http/types.ts";
import { dropHeader, headerOf, replaceHeader } from "../response/headers.ts";
import { respond } from "../response/respond.ts";
import type { Was } from "../was/was.ts";
import type { ByteRange } from "./byte-range.ts";
import { isMissing, openFile } from "./file-store.ts";
import { selectionOf, type Selectable } from "./selection.ts";
import { closeQuietly } from "./send-file.ts";
import { validatorsOf } from "./static-file.ts";

/**
 * Answers with a file of the disk, for handlers that choose it by themselves. A GET or HEAD gets what its conditions and its range ask for (200,
 * 206, 304; RFC 9110 sections 13 and 14), if the status is 200; any other gets the whole. Links are followed, and no directory confines the path.
 *
 * @param headers flat name-value pairs, with the `Content-Type`. The list is changed: `ETag` and `Last-Modified` are added where they are missing.
 * @throws HttpError 404 when there is no such regular file, 412 or 416 when conditions or range do not fit it. Nothing was sent then.
 * @example await respondFile(was, 200, ["Content-Type", "video/mp4"], "/srv/films/1.mp4");
 */
export const respondFile = async (was: Was, status: number, headers: FlatHeaders, path: string): Promise<void> => {
  let handle: FileHandle | undefined = await opened(path);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notFound();
    const file = describe(headers, stats);
    const { method } = was.req;
    const selection = status === 200 && (method === "GET" || method === "HEAD") ? selectionOf(was.req, file) : "whole";
    if (selection === "not-modified") {
      for (const name of ["accept-ranges", "content-disposition"]) dropHeader(headers, name);
      return await respond(was, 304, headers, null);
    }
    if (selection === "failed") throw new HttpError(412, "The file is not in the state that the request asks for.");
    if (selection === "unsatisfiable") {
      throw new HttpError(416, `The file has ${file.size} bytes.`, { headers: ["Content-Range", `bytes */${file.size}`] });
    }
    const part: ByteRange = selection === "whole" ? { start: 0, end: file.size - 1 } : selection;
    if (selection !== "whole") replaceHeader(headers, "Content-Range", `bytes ${part.start}-${part.end}/${file.size}`);
    replaceHeader(headers, "Content-Length", String(part.end - part.start + 1));
    const stream = file.size === 0 ? null : handle.createReadStream(part);
    // The stream closes it.
    if (stream) handle = undefined;
    return await respond(was, selection === "whole" ? status : 206, headers, stream);
  } finally {
    if (handle) await closeQuietly(handle);
  }
};

/** Puts into the headers what is not there yet, and gives what counts. */
const describe = (headers: FlatHeaders, stats: Stats): Selectable => {
  const found = validatorsOf(stats);
  const etag = headerOf(headers, "etag") ?? found.etag;
  const lastModified = headerOf(headers, "last-modified") ?? found.lastModified;
  replaceHeader(headers, "ETag", etag);
  replaceHeader(headers, "Last-Modified", lastModified);
  replaceHeader(headers, "Accept-Ranges", "bytes");
  const modified = lastModified === found.lastModified ? found.modified : Date.parse(lastModified) / 1000;
  return { etag, modified, lastModified, size: stats.size };
};

const opened = async (path: string): Promise<FileHandle> => {
  try {
    return await openFile(await realpath(path));
  } catch (cause) {
    throw isMissing(cause) ? notFound(cause) : cause;
  }
};

const notFound = (cause?: unknown): HttpError => new HttpError(404, "There is no such file.", { cause });
