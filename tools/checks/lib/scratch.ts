import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new temporary directory that is gone when this process ends, also by Ctrl-C. */
export const scratchFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `skitai-${name}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  return folder;
};
