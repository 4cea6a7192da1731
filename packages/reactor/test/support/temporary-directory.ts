import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new empty directory that goes away with the test. */
export const temporaryDirectory = (): string => {
  const path = mkdtempSync(join(tmpdir(), "skitai-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};
