import { readdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { makeDirectory } from "../internal/make-directory.ts";

/** Gives a complete file its name, in the place of another one of that name. */
export const moveInto = async (temporary: string, file: string): Promise<void> => {
  for (let attempt = 0; ; attempt++) {
    try {
      await makeDirectory(dirname(file), { mode: 0o700 });
      return await rename(temporary, file);
    } catch (error) {
      // Another process may remove the empty directory in between.
      if (attempt === 3 || !isAbsence(error)) throw error;
    }
  }
};

/** What a directory holds; nothing when it is not there. */
export const namesIn = async (directory: string): Promise<string[]> => {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
};

/** Whether an error means that a file or a directory is not there. */
export const isAbsence = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
