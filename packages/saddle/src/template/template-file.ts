import { statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { SaddleError } from "../errors.ts";

/**
 * The file of a template by its name, which cannot lead out of the directory.
 *
 * @throws SKITAI_SADDLE_TEMPLATE_NOT_FOUND
 */
export const templateFile = (directory: string, name: string): string => {
  const root = resolve(directory);
  const file = join(root, name);
  const inside = file.startsWith(root + sep) && !name.includes("\0") && !(sep === "/" && name.includes("\\"));
  if (inside && statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  throw new SaddleError("SKITAI_SADDLE_TEMPLATE_NOT_FOUND", { name, directory: root });
};
