import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface DiskSpaceParts {
  /** The directory of all responses. */
  readonly directory: string;
  readonly maxSize: number;
  failed(error: unknown): void;
  /** Other work that comes with a look at everything. */
  tidy(files: readonly string[]): Promise<void>;
}

interface Usage {
  readonly file: string;
  readonly size: number;
  readonly usedAt: number;
}

/** What a file takes at least, and in steps of. */
const block = 4096;
/** After this share of the whole was written, there is a look at what is there: other processes write too. */
const lookShare = 1 / 16;
/** More than this is too much, and this is what is left: two processes that write at full speed stay below the whole. */
const highShare = 7 / 8;
const lowShare = 3 / 4;

/** Keeps a directory of responses within its size: those not used for the longest time go first. */
export class DiskSpace {
  readonly #parts: DiskSpaceParts;
  #size = 0;
  #entries = 0;
  #evicted = 0;
  #written = 0;
  /** For what is about to appear. */
  #reserved = 0;
  /** What is about to be written, and has no room. */
  #needed = 0;
  #looking: Promise<void> | undefined;
  #isOver = false;

  constructor(parts: DiskSpaceParts) {
    this.#parts = parts;
  }

  /** Bytes, as of the last look and what this process wrote since. */
  get size(): number {
    return this.#size;
  }

  get entries(): number {
    return this.#entries;
  }

  get evicted(): number {
    return this.#evicted;
  }

  /** Sets room aside for a response, and makes it where there is none. @returns whether there is; then {@link settle} follows. */
  async reserve(size: number): Promise<boolean> {
    const needed = onDisk(size);
    // A look that is under way may have begun before this was needed.
    for (let attempt = 0; attempt < 2 && !this.#fits(needed); attempt++) {
      this.#needed = Math.max(this.#needed, needed);
      this.look();
      await this.#looking;
    }
    if (!this.#fits(needed)) return false;
    this.#reserved += needed;
    return true;
  }

  /** What room was set aside for is there now, or will not be. */
  settle(size: number, isThere: boolean): void {
    const taken = onDisk(size);
    this.#reserved -= taken;
    if (!isThere) return;
    this.#size += taken;
    this.#entries++;
    this.#written += taken;
    this.#lookIfDue();
  }

  /** A response was removed. */
  removed(size: number): void {
    this.#size = Math.max(0, this.#size - onDisk(size));
    this.#entries = Math.max(0, this.#entries - 1);
  }

  /** Looks at what is there, and makes room where it is too much. */
  look(): void {
    if (this.#isOver) return;
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.#parts.failed(error))
      .finally(() => {
        this.#looking = undefined;
        // What was written meanwhile may not have been seen.
        if (this.#written > 0) this.#lookIfDue();
      });
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#looking;
  }

  #fits(needed: number): boolean {
    return this.#size + this.#reserved + needed <= this.#parts.maxSize;
  }

  #lookIfDue(): void {
    if (this.#written > this.#parts.maxSize * lookShare || this.#size > this.#parts.maxSize * highShare) this.look();
  }

  async #look(): Promise<void> {
    this.#written = 0;
    const usages = await usagesBelow(this.#parts.directory, () => this.#isOver);
    if (this.#isOver) return;
    let size = 0;
    for (const usage of usages) size += usage.size;
    let entries = usages.length;
    const { maxSize } = this.#parts;
    const needed = this.#needed + this.#reserved;
    this.#needed = 0;
    if (size > maxSize * highShare || size + needed > maxSize) {
      for (const { file, size: freed } of usages.toSorted((one, other) => one.usedAt - other.usedAt)) {
        if (size <= maxSize * lowShare && size + needed <= maxSize) break;
        await rm(file, { force: true });
        size -= freed;
        entries--;
        this.#evicted++;
      }
    }
    // What was written meanwhile counts on top.
    this.#size = size + this.#written;
    this.#entries = entries;
    await this.#parts.tidy(usages.map(({ file }) => file));
  }
}

const onDisk = (size: number): number => Math.ceil(size / block) * block;

/** All files two directories down; directories without any are removed on the way. */
const usagesBelow = async (root: string, isOver: () => boolean): Promise<Usage[]> => {
  const usages: Usage[] = [];
  for (const group of await namesIn(root)) {
    for (const key of await namesIn(join(root, group))) {
      if (isOver()) return usages;
      const directory = join(root, group, key);
      const files = await namesIn(directory);
      // Whoever writes into it just now makes it again.
      if (files.length === 0) await rmdir(directory).catch(ignore);
      for (const name of files) {
        const file = join(directory, name);
        const found = await stat(file).catch(ignore);
        if (found !== undefined) usages.push({ file, size: onDisk(found.size), usedAt: found.mtimeMs });
      }
    }
  }
  return usages;
};

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

const ignore = (): undefined => undefined;
