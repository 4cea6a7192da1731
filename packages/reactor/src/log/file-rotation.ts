import { stat } from "node:fs/promises";
import type { RotationPeriod } from "./logger.ts";
import { nextRotation, removeOldLogs, renameLog } from "./rotation.ts";
import { isCode } from "./system-error.ts";
import type { Troubles } from "./troubles.ts";

export interface RotationOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Bytes from which a file is renamed before its period is over; 0 renames every file that exists, `Infinity` none. */
  readonly maxSize: number;
  /** How many renamed files remain. */
  readonly keep: number;
}

/** When one log file is renamed. What fails is told once and tried again with the next call. */
export class FileRotation {
  readonly #path: string;
  readonly #period: RotationPeriod;
  readonly #troubles: Troubles;
  #next = Infinity;

  constructor(path: string, period: RotationPeriod, troubles: Troubles) {
    this.#path = path;
    this.#period = period;
    this.#troubles = troubles;
  }

  /** @param written when the file was last written, in milliseconds since the epoch: that tells the period which it belongs to. */
  start(written: number): void {
    this.#next = nextRotation(written, this.#period);
  }

  /**
   * Renames the file if it is due. The new name tells the last moment of its period, or the present one if that comes first. A file that is
   * empty stays for the next period.
   *
   * @returns the renamed file's path, or undefined when it stays.
   */
  async rename({ now, maxSize }: RotationOptions): Promise<string | undefined> {
    const isOver = now >= this.#next;
    if (!isOver && maxSize === Infinity) return undefined;
    try {
      const length = await lengthOf(this.#path);
      const isDue = length !== undefined && (length >= maxSize || (isOver && length > 0));
      const renamed = isDue ? await renameLog(this.#path, Math.min(now, this.#next - 1)) : undefined;
      if (isOver) this.start(now);
      return renamed;
    } catch (error) {
      this.#troubles.begin("rename", error);
      return undefined;
    }
  }

  async removeOld({ keep }: RotationOptions, renamed: string): Promise<void> {
    try {
      await removeOldLogs(this.#path, keep, renamed);
      this.#troubles.end("rename");
    } catch (error) {
      this.#troubles.begin("rename", error);
    }
  }
}

/** The length of a regular file in bytes; undefined for what cannot be renamed, such as a pipe, and for what does not exist. */
const lengthOf = async (path: string): Promise<number | undefined> => {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
};
