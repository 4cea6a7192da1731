import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A path in an empty directory, which is gone when the test ends. */
export const scratchPath = (name: string): string => {
  const directory = mkdtempSync(join(tmpdir(), "aquests-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  return join(directory, name);
};
