import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeDirectory } from "../internal/make-directory.ts";

/** Where things are below the directory of a cache. Another format gets another name, so that versions can share a directory. */
export class DiskLayout {
  readonly root: string;
  readonly responses: string;
  readonly tags: string;
  readonly temporary: string;
  readonly #instance = randomBytes(6).toString("hex");
  #count = 0;

  constructor(path: string) {
    this.root = join(path, "skitai-cache-1");
    this.responses = join(this.root, "responses");
    this.tags = join(this.root, "tags");
    this.temporary = join(this.root, "tmp");
  }

  /** The directory of a key's variants. */
  directoryOf(key: string): string {
    const name = sha256(key);
    return join(this.responses, name.slice(0, 2), name.slice(2));
  }

  fileOf(key: string, variant: string): string {
    return join(this.directoryOf(key), variant === "" ? "0" : variant);
  }

  tagOf(tag: string): string {
    return join(this.tags, sha256(tag));
  }

  /** A name that no other process and no other store uses. */
  nextTemporary(): string {
    return join(this.temporary, `${host}-${process.pid}-${this.#instance}-${++this.#count}`);
  }

  /**
   * Makes the directories, for this user alone.
   *
   * @throws when something else is in the way, or belongs to another user: it could be led elsewhere, or read.
   */
  async make(): Promise<void> {
    await makeDirectory(this.root, { mode: 0o700 });
    const found = await lstat(this.root);
    if (!found.isDirectory()) throw new Error(`${this.root} is not a directory.`);
    if (process.getuid !== undefined && (found.uid !== process.getuid() || (found.mode & 0o077) !== 0)) {
      throw new Error(`${this.root} belongs to another user, or is open to others.`);
    }
    for (const directory of [this.responses, this.tags, this.temporary]) await makeDirectory(directory, { mode: 0o700 });
  }

  /** Removes what processes that ended left half-written. What a living one still writes is only missed by the cache. */
  async sweepTemporary(): Promise<void> {
    for (const name of await readdir(this.temporary)) {
      const file = join(this.temporary, name);
      if (await this.#isLitter(name, file)) await rm(file, { force: true });
    }
  }

  async #isLitter(name: string, file: string): Promise<boolean> {
    const [writer, pid, instance] = name.split("-");
    if (instance === this.#instance) return false;
    if (writer === host && Number(pid) !== process.pid) return !isAlive(Number(pid));
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) return false;
    // Another machine's, or, since a restarted container counts from the same number, an earlier process of this number.
    return found.mtimeMs < (writer === host ? performance.timeOrigin : Date.now() - abandonedAfter);
  }
}

/** Milliseconds after which what another machine writes is taken for abandoned. */
const abandonedAfter = 3_600_000;

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Processes are numbered on one machine. */
const host = sha256(hostname()).slice(0, 8);

const isAlive = (pid: number): boolean => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};
