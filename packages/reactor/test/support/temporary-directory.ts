import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

const make = (): string => mkdtempSync(join(tmpdir(), "skitai-test-"));

const remove = (path: string): void => rmSync(path, { recursive: true, force: true });

/** A new empty directory that goes away with the test. */
export const temporaryDirectory = (): string => {
  const path = make();
  onTestFinished(() => remove(path));
  return path;
};

/** A new empty directory for a file of tests. */
export const suiteDirectory = (): string => {
  const path = make();
  afterAll(() => remove(path));
  return path;
};
