import { rm, rmdir, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ReactorError, reasonOf } from "../errors.ts";
import { optional, refuseUnknown } from "../internal/check-options.ts";
import { settlesWithin } from "../internal/waiting.ts";
import { size as bytesOf, type Size } from "../units.ts";
import { isAbsence, moveInto, namesIn } from "./disk-files.ts";
import { DiskLayout } from "./disk-layout.ts";
import { readBody, readFile, type DiskFile } from "./disk-reader.ts";
import { DiskSpace } from "./disk-space.ts";
import { DiskTags } from "./disk-tags.ts";
import { DiskWriter } from "./disk-writer.ts";
import {
  maxVariants,
  type CacheStore,
  type StoredBody,
  type StoredEntry,
  type StoredHead,
  type StoreStatus,
  type StoreWriter,
} from "./store.ts";

export interface DiskStoreOptions {
  /** Bytes of all responses together, about. Several processes that share a directory say the same. @default "1gb" */
  maxSize?: Size;
  /** Told what goes wrong; for a request that is a miss. */
  onError?: (error: unknown) => void;
}

interface DiskEntry extends StoredEntry {
  readonly file: DiskFile;
}

/** Milliseconds until an unusable directory is tried again. */
const retryAfter = 10_000;
/** Milliseconds for which a request waits for the directory to be made ready. */
const longestWait = 1_000;
/** Milliseconds for which the time of the last use may be wrong. */
const usePrecision = 60_000;

/**
 * Responses in a directory, which several processes may share and which outlives them: each is a file of its own, for this user alone, that is
 * complete or not there. Those not used for the longest time go first.
 *
 * A file that is cut off or damaged is dropped. What a process leaves half-written when it is killed is removed by the next one.
 *
 * @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_SIZE
 * @example
 * const cache = new HttpCache({ shared: true, store: new DiskStore("/var/cache/shop", { maxSize: "2gb" }) });
 */
export class DiskStore implements CacheStore {
  readonly #layout: DiskLayout;
  readonly #tags: DiskTags;
  readonly #space: DiskSpace;
  readonly #maxSize: number;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #writing = new Set<Promise<unknown>>();
  #ready: Promise<void> | undefined;
  /** It came up, and nothing has happened to it since. */
  #isUp = false;
  /** It takes too long to come up: requests do without it until it has. */
  #late: ReactorError | undefined;
  /** What made it unusable, and when, by the clock of the process. */
  #trouble: { readonly error: unknown; readonly since: number } | undefined;
  #told: unknown;
  #isClosed = false;
  #errors = 0;

  constructor(path: string, options: DiskStoreOptions = {}) {
    refuseUnknown("DiskStore", options, { maxSize: true, onError: true });
    if (optional("The path of a DiskStore", path, "string") === undefined) {
      throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "The path of a DiskStore", value: path, hint: "Name a directory." });
    }
    this.#maxSize = bytesOf(options.maxSize ?? "1gb", "maxSize of a DiskStore");
    this.#onError = options.onError;
    this.#layout = new DiskLayout(path);
    this.#tags = new DiskTags(this.#layout);
    const failed = (error: unknown): void => this.#failed(error);
    const headOf = async (file: string): Promise<StoredHead | undefined> => (await this.#read(file))?.head;
    const tidy = (files: readonly string[]): Promise<void> => this.#tags.tidy(files, headOf);
    this.#space = new DiskSpace({ directory: this.#layout.responses, maxSize: this.#maxSize, failed, tidy });
  }

  /** @throws SKITAI_REACTOR_CACHE_UNUSABLE when the directory cannot be made, or belongs to another user. */
  open(): Promise<void> {
    this.#ready = this.#prepare();
    return this.#ready;
  }

  async find(key: string, matches: (head: StoredHead) => boolean): Promise<readonly StoredEntry[]> {
    const found: DiskEntry[] = [];
    try {
      await this.#readied();
      const directory = this.#layout.directoryOf(key);
      for (const name of await namesIn(directory)) {
        const file = await this.#read(join(directory, name));
        if (file === undefined || file.head.key !== key || !matches(file.head)) continue;
        if (await this.#tags.isPurged(file.head)) await this.#remove(file.path);
        else found.push(this.#entryOf(file));
      }
    } catch (error) {
      this.#failed(error);
    }
    return found;
  }

  write(head: StoredHead): StoreWriter {
    return new DiskWriter({
      head,
      maxSize: this.#isClosed ? 0 : this.#maxSize,
      begin: async () => {
        await this.#readied();
        return this.#layout.nextTemporary();
      },
      publish: (file, size) => this.#track(this.#publish(head, file, size)),
      failed: (error) => this.#failed(error),
    });
  }

  async freshen(entry: StoredEntry, head: StoredHead): Promise<void> {
    try {
      // What was replaced meanwhile is newer, and stays.
      const [current] = await this.find(
        entry.head.key,
        ({ variant, requestTime }) => variant === entry.head.variant && requestTime === entry.head.requestTime,
      );
      const body = await current?.open();
      if (body === undefined) return;
      const writer = this.write(head);
      const isWritten = await copy(body, writer);
      if (!isWritten) return writer.abort();
      const isThere = await writer.commit();
      if (isThere && head.variant !== entry.head.variant) await this.delete(entry.head.key, entry.head.variant);
    } catch (error) {
      this.#failed(error);
    }
  }

  async delete(key: string, variant?: string): Promise<void> {
    try {
      await this.#readied();
      if (variant !== undefined) return await this.#remove(this.#layout.fileOf(key, variant));
      const directory = this.#layout.directoryOf(key);
      for (const name of await namesIn(directory)) await this.#remove(join(directory, name));
      await rmdir(directory).catch(() => {});
    } catch (error) {
      this.#failed(error);
    }
  }

  async deleteTag(tag: string, until: number): Promise<void> {
    try {
      await this.#readied();
      await this.#tags.mark(tag, until);
    } catch (error) {
      this.#failed(error);
    }
  }

  status(): StoreStatus {
    const { size, entries, evicted } = this.#space;
    return { kind: "disk", entries, size, maxSize: this.#maxSize, evicted, errors: this.#errors };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#writing.size > 0) await Promise.allSettled(this.#writing);
    await this.#space.close();
  }

  /** A request waits for a cache only for so long. */
  async #readied(): Promise<void> {
    if (this.#isUp) return;
    if (this.#late !== undefined) throw this.#late;
    if (this.#trouble !== undefined && performance.now() - this.#trouble.since > retryAfter) {
      this.#trouble = undefined;
      this.#ready = undefined;
    }
    const ready = this.#ready ?? this.open();
    if (this.#trouble === undefined && !(await settlesWithin(ready, longestWait))) {
      const reason = `it takes longer than ${longestWait} ms to come up.`;
      throw (this.#late ??= new ReactorError("SKITAI_REACTOR_CACHE_UNUSABLE", { directory: this.#layout.root, reason }));
    }
    await ready;
  }

  async #prepare(): Promise<void> {
    try {
      await this.#layout.make();
      await this.#layout.sweepTemporary();
      this.#trouble = undefined;
      this.#isUp = true;
      // Nobody waits for it: only making room needs to know.
      this.#space.look();
    } catch (error) {
      const details = { directory: this.#layout.root, reason: reasonOf(error) };
      const trouble = new ReactorError("SKITAI_REACTOR_CACHE_UNUSABLE", details, { cause: error });
      this.#trouble = { error: trouble, since: performance.now() };
      this.#failed(trouble);
      throw trouble;
    } finally {
      this.#late = undefined;
    }
  }

  #entryOf(file: DiskFile): DiskEntry {
    return { file, head: file.head, size: file.prelude.bodyLength, tier: "disk", open: () => this.#openBody(file) };
  }

  async #openBody(file: DiskFile): Promise<StoredBody | undefined> {
    try {
      const body = await readBody(file);
      if (body === "damaged") {
        await this.#drop(file.path);
        return undefined;
      }
      if (Date.now() - file.usedAt > usePrecision) utimes(file.path, new Date(), new Date()).catch(() => {});
      return body;
    } catch (error) {
      if (!isAbsence(error)) this.#failed(error);
      return undefined;
    }
  }

  /** @returns undefined for a file that has gone, or is damaged and goes. */
  async #read(path: string): Promise<DiskFile | undefined> {
    try {
      const file = await readFile(path);
      if (file === undefined) await this.#drop(path);
      return file;
    } catch (error) {
      if (!isAbsence(error)) this.#failed(error);
      return undefined;
    }
  }

  async #drop(path: string): Promise<void> {
    this.#failed(new ReactorError("SKITAI_REACTOR_CACHE_DAMAGED", { file: path }));
    await this.#remove(path);
  }

  async #remove(path: string): Promise<void> {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return;
    await rm(path, { force: true });
    this.#space.removed(found.size);
  }

  async #publish(head: StoredHead, temporary: string, size: number): Promise<boolean> {
    if (!(await this.#space.reserve(size))) return false;
    let isThere = false;
    try {
      if (await this.#tags.isPurged(head)) return false;
      const file = this.#layout.fileOf(head.key, head.variant);
      const replaced = await stat(file).catch(() => undefined);
      await moveInto(temporary, file);
      isThere = true;
      if (replaced !== undefined) this.#space.removed(replaced.size);
      else if (head.variant !== "") await this.#limitVariants(dirname(file));
      return true;
    } finally {
      this.#space.settle(size, isThere);
    }
  }

  async #limitVariants(directory: string): Promise<void> {
    const names = await namesIn(directory);
    if (names.length <= maxVariants) return;
    const ages = await Promise.all(
      names.map(async (name) => ({
        path: join(directory, name),
        at: (await stat(join(directory, name)).catch(() => undefined))?.mtimeMs ?? 0,
      })),
    );
    const oldest = ages.toSorted((one, other) => one.at - other.at).slice(0, names.length - maxVariants);
    for (const { path } of oldest) await this.#remove(path);
  }

  #track<Value>(work: Promise<Value>): Promise<Value> {
    this.#writing.add(work);
    const over = (): void => void this.#writing.delete(work);
    work.then(over, over);
    return work;
  }

  #failed(error: unknown): void {
    // The directory was taken away: the next use makes it again.
    if (isAbsence(error)) {
      this.#ready = undefined;
      this.#isUp = false;
    }
    // Every request and every further try meets it: once is enough.
    if (error === this.#told || (isUnusable(error) && isUnusable(this.#told) && error.message === this.#told.message)) return;
    this.#told = error;
    this.#errors++;
    this.#onError?.(error);
  }
}

const isUnusable = (error: unknown): error is ReactorError =>
  error instanceof ReactorError && error.code === "SKITAI_REACTOR_CACHE_UNUSABLE";

/** @returns whether the writer took all. */
const copy = async (body: StoredBody, writer: StoreWriter): Promise<boolean> => {
  if (Buffer.isBuffer(body)) return body.length === 0 || writer.write(body);
  for await (const piece of body) if (!(await writer.write(piece))) return false;
  return true;
};
