import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SaddleError } from "../errors.ts";

/** Where an app lives: `import.meta` of its file, that file or a directory as a path or `file:` URL. */
export type AppHome = { readonly url: string } | URL | string;

/**
 * The directory of an app, where `templates/` and `resources/` are found.
 *
 * @throws SKITAI_SADDLE_BAD_OPTION
 */
export const homeOf = (home: AppHome | undefined): string => {
  if (home === undefined) return process.cwd();
  if (typeof home === "string" && !home.startsWith("file:")) return directoryOf(home);
  const url = typeof home === "string" || home instanceof URL ? home : home.url;
  if (!String(url).startsWith("file:"))
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", {
      what: "The home of an app",
      value: String(url),
      hint: "Use import.meta, or a directory.",
    });
  return directoryOf(fileURLToPath(url));
};

const directoryOf = (path: string): string => resolve(statSync(path, { throwIfNoEntry: false })?.isFile() ? dirname(path) : path);
