import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { RotationPeriod } from "./logger.ts";
import { isCode } from "./system-error.ts";
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
 * Renames a log so that a new one can start: `app.log` becomes `app-20261120.log`; where that day has one, `app-20261120-202732.log`; where
 * that second has one, `app-20261120-202732-1.log` and so on. Nothing is ever overwritten, and later files of a day sort after earlier ones.
 *
 * @param moment names the new file, in milliseconds since the epoch.
 * @returns the new path, or undefined when there is no such log.
 */
export const renameLog = async (file: string, moment: number): Promise<string | undefined> => {
  let target = await freePath(file, moment);
  while (!(await reserve(target))) target = await freePath(file, moment);
  try {
    await rename(file, target);
    return target;
  } catch (error) {
    await rm(target, { force: true });
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
};

/**
 * Removes the oldest renamed files of a log, by the dates in their names, so that `keep` remain.
 *
 * @param newest the one renamed last: it remains even if the clock was set back and its name is not the latest.
 */
export const removeOldLogs = async (file: string, keep: number, newest?: string): Promise<void> => {
  const older = (await rotatedLogs(file)).map((log) => join(dirname(file), log.name)).filter((path) => path !== newest);
  const excess = older.length + (newest === undefined ? 0 : 1) - keep;
  for (const path of older.slice(0, Math.max(0, excess))) await rm(path, { force: true });
};

interface RotatedLog {
  readonly name: string;
  readonly day: string;
  /** Empty for the first of its day. */
  readonly time: string;
  /** 0 for the first of its second. */
  readonly number: number;
}

const stem = (file: string): string => basename(file).replace(/\.log$/, "");

/** The names that {@link renameLog} gave to this log, oldest first. */
const rotatedLogs = async (file: string): Promise<RotatedLog[]> => {
  const prefix = `${stem(file)}-`;
  const found: RotatedLog[] = [];
  for (const name of await readdir(dirname(file))) {
    const match = name.startsWith(prefix) ? /^(\d{8})(?:-(\d{6})(?:-(\d+))?)?\.log$/.exec(name.slice(prefix.length)) : null;
    if (match) found.push({ name, day: match[1] ?? "", time: match[2] ?? "", number: Number(match[3] ?? 0) });
  }
  return found.toSorted((a, b) => compare(a.day + a.time, b.day + b.time) || a.number - b.number);
};

/** A removed name is not given again while later ones of its day exist: it would pass for the oldest and go first. */
const freePath = async (file: string, moment: number): Promise<string> => {
  const { day, time } = fileStamp(moment);
  const ofDay = (await rotatedLogs(file)).filter((log) => log.day === day);
  const last = ofDay.findLast((log) => log.time === time);
  const suffix = last ? `-${time}-${last.number + 1}` : ofDay.length > 0 ? `-${time}` : "";
  return join(dirname(file), `${stem(file)}-${day}${suffix}.log`);
};

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

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
