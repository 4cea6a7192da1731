import type { FileHandle } from "node:fs/promises";
import type { FlatHeaders } from "../http/types.ts";
import { respondError } from "../response/error-page.ts";
import { sendHead } from "../response/head.ts";
import { breakOff } from "../response/pump.ts";
import type { Was } from "../was/was.ts";
import type { ByteRange } from "./byte-range.ts";
import { isAbsence, openFile } from "./file-store.ts";
import type { MaxAges } from "./max-age.ts";
import { selectionOf } from "./selection.ts";
import { closeQuietly, sendFile } from "./send-file.ts";
import type { StaticFile } from "./static-file.ts";

/**
 * Answers a GET or HEAD with a file, as the headers of the request ask for it: 200, 206, 304, 412 or 416.
 *
 * @param maxAge seconds for caches, 0 for no header.
 * @returns a promise only where the file has to be opened; false when it is gone by then.
 */
export const replyWithFile = (was: Was, file: StaticFile, maxAge: number, ages: MaxAges): boolean | Promise<boolean> => {
  // A timeout may have been faster than the disk.
  if (was.res.headersSent) return true;
  const range = decide(was, file, maxAge, ages);
  if (range === "answered") return true;
  const { body } = file;
  if (body === undefined) return replyFromDisk(was, file, maxAge, ages);
  sendOk(was, file, range, maxAge, ages);
  was.res.end(range === undefined ? body : body.subarray(range.start, range.end + 1));
  return true;
};

/** Answers with everything that is no content; otherwise says which part of the content to send, undefined for all. */
const decide = (was: Was, file: StaticFile, maxAge: number, ages: MaxAges): ByteRange | "answered" | undefined => {
  const selection = selectionOf(was.req, file);
  if (selection === "failed") return fail(was, 412, "The file is not in the state that the request asks for.");
  if (selection === "not-modified") return end(was, 304, file.notModifiedHead(maxAge, ages));
  if (selection === "unsatisfiable") return fail(was, 416, `The file has ${file.size} bytes.`, ["Content-Range", `bytes */${file.size}`]);
  if (was.req.method === "HEAD") return end(was, 200, file.head(maxAge, ages));
  return selection === "whole" ? undefined : selection;
};

const end = (was: Was, status: number, headers: FlatHeaders): "answered" => {
  sendHead(was, status, headers);
  was.res.end();
  return "answered";
};

const fail = (was: Was, status: number, message: string, headers?: FlatHeaders): "answered" => {
  respondError(was, status, { message, headers });
  return "answered";
};

const sendOk = (was: Was, file: StaticFile, range: ByteRange | undefined, maxAge: number, ages: MaxAges): void => {
  if (range === undefined) sendHead(was, 200, file.head(maxAge, ages));
  else sendHead(was, 206, file.partHead(range, maxAge, ages));
};

const replyFromDisk = (was: Was, file: StaticFile, maxAge: number, ages: MaxAges): boolean | Promise<boolean> => {
  const { res } = was;
  if ("stream" in res || res.socket !== null) return openAndReply(was, file, maxAge, ages);
  // A pipelined request, before whose turn the connection may end without telling: until then nothing is opened.
  const broken = (): void => breakOff(was);
  res.once("socket", () => void openAndReply(was, file, maxAge, ages).then((found) => found || broken(), broken));
  return true;
};

const openAndReply = async (was: Was, file: StaticFile, maxAge: number, ages: MaxAges): Promise<boolean> => {
  let handle: FileHandle | undefined;
  try {
    handle = await openFile(file.realPath);
    const stats = await handle.stat();
    if (!stats.isFile()) return false;
    if (was.res.headersSent) return true;
    // What is described must be what is open.
    const current = file.isStill(stats) ? file : file.changedTo(stats);
    const range = decide(was, current, maxAge, ages);
    if (range === "answered") return true;
    sendOk(was, current, range, maxAge, ages);
    void sendFile(was, handle, range ?? { start: 0, end: current.size - 1 });
    handle = undefined;
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  } finally {
    if (handle !== undefined) await closeQuietly(handle);
  }
};
