import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DiskLayout } from "./disk-layout.ts";
import type { StoredHead } from "./store.ts";

/** More marks than this are cleared away, which takes a look into every response. */
const manyMarks = 1000;
/** Milliseconds for which a response may have been under way when its tag was purged. */
const underWayTime = 3_600_000;

/**
 * Purges by tag, for all processes that share a directory: a mark says until when responses with the tag are gone. So a purge costs the same for
 * one response and for a million, and reaches those that are being written.
 */
export class DiskTags {
  readonly #layout: DiskLayout;

  constructor(layout: DiskLayout) {
    this.#layout = layout;
  }

  async mark(tag: string, until: number): Promise<void> {
    const mark = this.#layout.tagOf(tag);
    if ((await readMark(mark)) >= until) return;
    const temporary = this.#layout.nextTemporary();
    await writeFile(temporary, `${until}`, { mode: 0o600, flag: "wx" });
    await rename(temporary, mark);
  }

  async isPurged({ tags, requestTime }: StoredHead): Promise<boolean> {
    if (tags.length === 0) return false;
    const marks = await Promise.all(tags.map((tag) => readMark(this.#layout.tagOf(tag))));
    return marks.some((until) => requestTime <= until);
  }

  /**
   * Removes the responses that are gone, and then the marks that nobody needs any more, where there are many.
   *
   * @param headOf reads the head of a file.
   */
  async tidy(files: readonly string[], headOf: (file: string) => Promise<StoredHead | undefined>): Promise<void> {
    const marks = await readdir(this.#layout.tags);
    if (marks.length < manyMarks) return;
    const begun = Date.now();
    for (const file of files) {
      const head = await headOf(file);
      if (head !== undefined && (await this.isPurged(head))) await rm(file, { force: true });
    }
    for (const name of marks) {
      const mark = join(this.#layout.tags, name);
      const found = await stat(mark).catch(() => undefined);
      if (found !== undefined && found.mtimeMs < begun - underWayTime) await rm(mark, { force: true });
    }
  }
}

/** Until when; before all time when there is no mark. */
const readMark = async (mark: string): Promise<number> => {
  try {
    const until = Number(await readFile(mark, "utf8"));
    // A mark that cannot be read must not let anything through.
    return Number.isNaN(until) ? Number.POSITIVE_INFINITY : until;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return Number.NEGATIVE_INFINITY;
    throw error;
  }
};
