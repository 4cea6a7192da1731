import { refuseUnknown } from "../internal/check-options.ts";
import type { MemoryStore } from "./memory-store.ts";
import type { CacheStore, StoredBody, StoredEntry, StoredHead, StoreStatus, StoreWriter } from "./store.ts";

export interface TieredStoreOptions {
  memory: MemoryStore;
  /** The larger one, usually a `DiskStore`. */
  disk: CacheStore;
}

interface TieredEntry extends StoredEntry {
  readonly below: StoredEntry;
}

/**
 * Memory in front of another store. What is written goes to both; what is found below comes into memory. A purge in another process is not seen
 * by this one's memory: whoever shares a directory tells the others to purge too.
 */
export class TieredStore implements CacheStore {
  readonly #memory: MemoryStore;
  readonly #disk: CacheStore;
  /** Counts removals: what was found before one must not come back by being read. */
  #removals = 0;

  constructor(options: TieredStoreOptions) {
    refuseUnknown("TieredStore", options, { memory: true, disk: true });
    this.#memory = options.memory;
    this.#disk = options.disk;
  }

  async open(): Promise<void> {
    await this.#disk.open();
  }

  find(key: string, matches: (head: StoredHead) => boolean): readonly StoredEntry[] | Promise<readonly StoredEntry[]> {
    const found = this.#memory.find(key, matches);
    return found.length > 0 ? found : this.#findBelow(key, matches);
  }

  write(head: StoredHead): StoreWriter {
    const above = this.#memory.write(head);
    const below = this.#disk.write(head);
    let fitsAbove = true;
    let fitsBelow = true;
    const taken = (isTaken: boolean): boolean => {
      if (!isTaken) {
        fitsBelow = false;
        below.abort();
      }
      return fitsAbove || fitsBelow;
    };
    return {
      write: (piece) => {
        if (fitsAbove && above.write(piece) === false) {
          fitsAbove = false;
          above.abort();
        }
        if (!fitsBelow) return fitsAbove;
        const writing = below.write(piece);
        return writing instanceof Promise ? writing.then(taken) : taken(writing);
      },
      commit: async () => {
        const isAbove = fitsAbove && (await above.commit());
        return (fitsBelow && (await below.commit())) || isAbove;
      },
      abort: () => {
        if (fitsAbove) above.abort();
        if (fitsBelow) below.abort();
      },
    };
  }

  async freshen(entry: StoredEntry, head: StoredHead): Promise<void> {
    if (isTiered(entry)) return this.#disk.freshen(entry.below, head);
    this.#memory.freshen(entry, head);
    const { key, variant, requestTime } = entry.head;
    const [below] = await this.#disk.find(key, (stored) => stored.variant === variant && stored.requestTime === requestTime);
    if (below !== undefined) await this.#disk.freshen(below, head);
  }

  async delete(key: string, variant?: string): Promise<void> {
    this.#removals++;
    this.#memory.delete(key, variant);
    await this.#disk.delete(key, variant);
  }

  async deleteTag(tag: string, until: number): Promise<void> {
    this.#removals++;
    this.#memory.deleteTag(tag, until);
    await this.#disk.deleteTag(tag, until);
  }

  status(): StoreStatus {
    const tiers = [this.#memory.status(), this.#disk.status()] as const;
    const [memory, disk] = tiers;
    const errors = memory.errors + disk.errors;
    return { ...disk, kind: "tiered", evicted: disk.evicted, errors, tiers };
  }

  async close(): Promise<void> {
    await this.#memory.close();
    await this.#disk.close();
  }

  async #findBelow(key: string, matches: (head: StoredHead) => boolean): Promise<readonly StoredEntry[]> {
    const removals = this.#removals;
    const found = await this.#disk.find(key, matches);
    return found.map((below): TieredEntry => {
      const { head, size, tier } = below;
      return { below, head, size, tier, open: () => this.#openBelow(below, removals) };
    });
  }

  async #openBelow(below: StoredEntry, removals: number): Promise<StoredBody | undefined> {
    const body = await below.open();
    if (Buffer.isBuffer(body) && removals === this.#removals) this.#memory.put(below.head, body);
    return body;
  }
}

const isTiered = (entry: StoredEntry): entry is TieredEntry => "below" in entry;
