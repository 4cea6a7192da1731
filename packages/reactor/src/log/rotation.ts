import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { RotationPeriod } from "./logger.ts";
import { fileStamp } from "./timestamp.ts";

/**
 * The moment at which a log of that period is next renamed: the local midnight, Monday or first of the month that follows.
 *
 * @param after milliseconds since the epoch.
 */
export const nextRotation = (after: number, period: RotationPeriod): number => {
  const date = new Date(after);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  if (period === "monthly") return new Date(year, month + 1, 1).getTime();
  // getDay() counts from Sunday: 0 is one day before a Monday, 1 is seven.
  const days = period === "weekly" ? ((7 - date.getDay()) % 7) + 1 : 1;
  return new Date(year, month, day + days).getTime();
};

/**
 * Renames a log so that a new one can start: `app.log` becomes `app-20261120.log`; where that exists `app-20261120-202732.log`; then
 * `app-20261120-202732-1.log` and so on. Nothing is ever overwritten. A log that does not exist is left alone.
 *
 * @param moment names the new file, in milliseconds since the epoch.
 * @returns the new path, or undefined when there was nothing to rename.
 */
export const renameLog = async (file: string, moment: number): Promise<string | undefined> => {
  for (const target of candidates(file, moment)) {
    if (!(await reserve(target))) continue;
    try {
      await rename(file, target);
      return target;
    } catch (error) {
      await rm(target, { force: true });
      if (isCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }
};

/** Removes the oldest renamed files of a log, by the dates in their names, so that `keep` remain. */
export const removeOldLogs = async (file: string, keep: number): Promise<void> => {
  const directory = dirname(file);
  const rotated = rotatedNames(stem(file), await readdir(directory));
  for (const name of rotated.slice(0, Math.max(0, rotated.length - keep))) await rm(join(directory, name), { force: true });
};

/** Whether this error of the file system has that code. */
export const isCode = (error: unknown, code: string): boolean => error instanceof Error && Reflect.get(error, "code") === code;

const stem = (file: string): string => basename(file).replace(/\.log$/, "");

function* candidates(file: string, moment: number): Generator<string, undefined> {
  const { day, time } = fileStamp(moment);
  const base = join(dirname(file), stem(file));
  yield `${base}-${day}.log`;
  yield `${base}-${day}-${time}.log`;
  for (let number = 1; ; number++) yield `${base}-${day}-${time}-${number}.log`;
}

/** Takes a name by creating it, which two processes cannot both do; the rename then replaces the empty file. */
const reserve = async (path: string): Promise<boolean> => {
  try {
    const handle = await open(path, "wx", 0o640);
    await handle.close();
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
};

/** The names among these that {@link renameLog} gave to this log, oldest first. */
const rotatedNames = (name: string, among: readonly string[]): string[] => {
  const found: { name: string; moment: string; number: number }[] = [];
  for (const entry of among) {
    const match = entry.startsWith(`${name}-`) ? /^(\d{8})(?:-(\d{6})(?:-(\d+))?)?\.log$/.exec(entry.slice(name.length + 1)) : null;
    if (match) found.push({ name: entry, moment: `${match[1]}-${match[2] ?? ""}`, number: Number(match[3] ?? 0) });
  }
  found.sort((a, b) => (a.moment === b.moment ? a.number - b.number : a.moment < b.moment ? -1 : 1));
  return found.map((entry) => entry.name);
};
