import { constants, realpathSync, statSync, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { sep } from "node:path";
import { LRUCache } from "lru-cache";
import type { ContentCoding } from "../http/accept.ts";
import { sameFile, StaticFile } from "./static-file.ts";

export interface FileStoreOptions {
  /** Bytes of memory for small files. @default 32 MiB */
  readonly cacheSize?: number | undefined;
  /** Bytes; larger files are read from disk for each answer. @default 1 MiB */
  readonly maxCachedFile?: number | undefined;
  /** The `Server` header. */
  readonly server: string | undefined;
}

/** A file to load: where it was found, and what a look at it found. */
export interface FoundFile {
  readonly root: string;
  readonly path: string;
  readonly coding: ContentCoding | undefined;
  readonly stats: Stats;
}

/** What is known of a path; without a file it leads out of its directory. */
export interface Verdict {
  readonly stats: Stats;
  readonly file: StaticFile | undefined;
}

/** What an entry takes beside the content: its headers, paths and identity. */
const entrySize = 2048;
/** Room for entries without content where there is none for contents. */
const leastSize = 512 * entrySize;
/** A file that changed so recently may change again within the same tick of the file system's clock, unseen. */
const settledAfterMs = 100;
/** No link at the end of a path that was resolved, and no waiting for the writer of a FIFO. Windows has neither. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Files that were served lately: their headers, small ones with their content. Whoever asks has looked at the path before. Several virtual hosts may
 * share one.
 */
export class FileStore {
  readonly #verdicts: LRUCache<string, Verdict>;
  readonly #loading = new Map<string, { readonly stats: Stats; readonly file: Promise<StaticFile | undefined> }>();
  readonly #maxBody: number;
  readonly #server: string | undefined;

  constructor({ cacheSize = 32 * 1024 ** 2, maxCachedFile = 1024 ** 2, server }: FileStoreOptions) {
    this.#maxBody = Math.min(maxCachedFile, cacheSize);
    this.#server = server;
    this.#verdicts = new LRUCache({
      maxSize: Math.max(cacheSize + entrySize, leastSize),
      sizeCalculation: ({ file }) => entrySize + (file?.body?.length ?? 0),
    });
  }

  /** What is known of a path whose file is still the same; undefined when it must be loaded. */
  known(path: string, coding: ContentCoding | undefined, stats: Stats): Verdict | undefined {
    const verdict = this.#verdicts.get(keyOf(path, coding));
    return verdict !== undefined && sameFile(verdict.stats, stats) ? verdict : undefined;
  }

  /**
   * Reads a file. Those who ask while it is being read share the result.
   *
   * @returns undefined when it is gone, may not be read, or lies outside its directory.
   */
  load(found: FoundFile): Promise<StaticFile | undefined> {
    const key = keyOf(found.path, found.coding);
    const loading = this.#loading.get(key);
    if (loading !== undefined && sameFile(loading.stats, found.stats)) return loading.file;
    const entry = { stats: found.stats, file: this.#read(key, found) };
    this.#loading.set(key, entry);
    const loaded = (): void => {
      if (this.#loading.get(key) === entry) this.#loading.delete(key);
    };
    // A failure is for those who wait for the file.
    entry.file.finally(loaded).catch(() => {});
    return entry.file;
  }

  async #read(key: string, { root, path, coding, stats }: FoundFile): Promise<StaticFile | undefined> {
    let handle: FileHandle | undefined;
    try {
      const realPath = realPathInside(root, path);
      if (realPath === undefined) {
        this.#verdicts.set(key, { stats, file: undefined });
        return undefined;
      }
      handle = await openFile(realPath);
      const opened = await handle.stat();
      if (!opened.isFile()) return undefined;
      const body = opened.size <= this.#maxBody ? await readWhole(handle, opened.size) : undefined;
      const file = new StaticFile({ root, path, realPath, stats: opened, body, coding, server: this.#server });
      if (coding === undefined && hasVariants(path)) file.markVaried();
      if (Date.now() - opened.ctimeMs > settledAfterMs) this.#verdicts.set(key, { stats: opened, file });
      return file;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    } finally {
      await handle?.close();
    }
  }
}

/** File name endings of precompressed variants. */
export const variantSuffix: Readonly<Record<ContentCoding, string>> = { br: ".br", zstd: ".zst", gzip: ".gz" };

/** A look at a path; undefined when nothing is there or it may not be seen. */
export const look = (path: string): Stats | undefined => {
  try {
    return statSync(path, quietly);
  } catch {
    // Names too long, loops of links, directories that may not be entered: no file for the client either way.
    return undefined;
  }
};

/** Whether a path leads into a directory, or to the directory itself, when links are followed. */
export const isInside = (root: string, path: string): boolean => {
  try {
    return realPathInside(root, path) !== undefined;
  } catch {
    return false;
  }
};

const realPathInside = (root: string, path: string): string | undefined => {
  const realRoot = realpathSync.native(root);
  const realPath = realpathSync.native(path);
  return realPath === realRoot || realPath.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep) ? realPath : undefined;
};

/** Opens a resolved path for reading. */
export const openFile = (realPath: string): Promise<FileHandle> => open(realPath, openFlags);

/** Whether an error of the file system means that there is no such file for us: none, or none that may be read. */
export const isAbsence = (error: unknown): boolean => isMissing(error) || denials.has(codeOf(error));

/** Whether an error of the file system means that there is no such file. */
export const isMissing = (error: unknown): boolean => absences.has(codeOf(error));

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, "code") : undefined);

const absences: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ENXIO", "EISDIR"]);
const denials: ReadonlySet<unknown> = new Set(["EACCES", "EPERM"]);

const quietly = { throwIfNoEntry: false } as const;

/** Blanks in front cannot begin an absolute path, so no file is taken for the variant of another. */
const keyOf = (path: string, coding: ContentCoding | undefined): string => (coding === undefined ? path : ` ${coding} ${path}`);

const hasVariants = (path: string): boolean => Object.values(variantSuffix).some((suffix) => look(path + suffix)?.isFile());

/** The content, or undefined when the file became shorter meanwhile. */
const readWhole = async (handle: FileHandle, size: number): Promise<Buffer | undefined> => {
  // Its own memory: a slice of a shared pool would keep the pool alive.
  const body = Buffer.allocUnsafeSlow(size);
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(body, at, size - at, at);
    if (bytesRead === 0) return undefined;
    at += bytesRead;
  }
  return body;
};
