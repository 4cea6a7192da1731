import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Whether tests that need a program of the system must be skipped, because it is not there. Where `SKITAI_REQUIRE_SERVICES` is 1 they are not, and fail.
 *
 * @param hint how to get it.
 */
export const lacks = (program: string, hint: string): boolean => {
  if (process.env["SKITAI_REQUIRE_SERVICES"] === "1" || isOnPath(program)) return false;
  console.warn(`No ${program} on PATH: what needs it is skipped. ${hint}`);
  return true;
};

const isOnPath = (program: string): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
