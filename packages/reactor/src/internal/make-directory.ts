import { mkdirSync, statSync, type MakeDirectoryOptions } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a directory and those above it, unless they are there.
 *
 * The `recursive` of `mkdir` does not end where a parent is there and takes no children, as `/proc` does not.
 *
 * @throws what the file system says
 */
export const makeDirectory = async (path: string, options: MakeDirectoryOptions = {}): Promise<void> => {
  for (let attempt = 0; ; attempt++) {
    try {
      await mkdir(path, options);
      return;
    } catch (error) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory()) return;
      // Another process may have removed it, or made it and removed it, in between.
      if (found || attempt === 3 || !(isOrphan(path, error) || isTaken(error))) throw error;
      if (isOrphan(path, error)) await makeDirectory(dirname(path), options);
    }
  }
};

/** The same, at once. @throws what the file system says */
export const makeDirectorySync = (path: string, options: MakeDirectoryOptions = {}): void => {
  try {
    mkdirSync(path, options);
  } catch (error) {
    if (isDirectorySync(path)) return;
    if (!isOrphan(path, error)) throw error;
    makeDirectorySync(dirname(path), options);
    try {
      mkdirSync(path, options);
    } catch (again) {
      if (!isDirectorySync(path)) throw again;
    }
  }
};

const isOrphan = (path: string, error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT" && dirname(path) !== path;

const isTaken = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST";

const isDirectorySync = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
