import { dirname } from "node:path";
import { reasonOf } from "@skitai/reactor";
import { AquestsError } from "../../errors.ts";
import { badRequest, databaseError } from "../faults.ts";

/** An error of better-sqlite3, or of the thread that it runs in, in the terms of this package. */
export const sqliteError = (error: unknown, path: string): AquestsError => {
  if (error instanceof AquestsError) return error;
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const reason = reasonOf(error);
  if (/directory does not exist/.test(reason)) return cannotOpen(path, `the directory ${dirname(path)} does not exist.`, error);
  if (code === "SQLITE_CANTOPEN") return cannotOpen(path, reason, error);
  if (code === "SKITAI_REACTOR_THREAD_DIED" || code === "SKITAI_REACTOR_THREADS_CLOSED")
    return new AquestsError("SKITAI_AQUESTS_DISCONNECTED", { address: path, reason }, { cause: error });
  // What the driver refuses before SQLite sees it: a value that has no place in a database, a number that is too large.
  if (error instanceof TypeError || error instanceof RangeError) return badRequest(reason, error);
  return databaseError(error);
};

const cannotOpen = (address: string, reason: string, cause: unknown): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_CONNECT_FAILED", { address, reason }, { cause });
