import { LRUCache } from "lru-cache";
import { refuseUnknown } from "../internal/check-options.ts";
import { size as bytesOf, type Size } from "../units.ts";
import { maxVariants, type CacheStore, type StoredEntry, type StoredHead, type StoreStatus, type StoreWriter } from "./store.ts";

export interface MemoryStoreOptions {
  /** Bytes of all responses together. @default "64mb" */
  maxSize?: Size;
}

/** What an entry takes beside its texts and its body. */
const overhead = 512;
/** Purges of tags that are remembered for responses under way. */
const rememberedPurges = 1000;

interface MemoryEntry extends StoredEntry {
  readonly id: string;
  readonly weight: number;
  readonly body: Buffer;
}

/** Responses in the memory of this process; those not used for the longest time go first. */
export class MemoryStore implements CacheStore {
  readonly #entries: LRUCache<string, MemoryEntry>;
  readonly #byKey = new Map<string, Set<MemoryEntry>>();
  readonly #byTag = new Map<string, Set<MemoryEntry>>();
  readonly #purged = new LRUCache<string, number>({ max: rememberedPurges });
  readonly #maxSize: number;
  #evicted = 0;

  constructor(options: MemoryStoreOptions = {}) {
    refuseUnknown("MemoryStore", options, { maxSize: true });
    this.#maxSize = Math.max(1, bytesOf(options.maxSize ?? "64mb", "maxSize of a MemoryStore"));
    this.#entries = new LRUCache({
      maxSize: this.#maxSize,
      sizeCalculation: ({ weight }) => weight,
      dispose: (entry, _, reason) => {
        this.#unlink(entry);
        if (reason === "evict") this.#evicted++;
      },
    });
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  find(key: string, matches: (head: StoredHead) => boolean): readonly StoredEntry[] {
    const variants = this.#byKey.get(key);
    if (variants === undefined) return none;
    const found: StoredEntry[] = [];
    for (const entry of variants) {
      if (!matches(entry.head)) continue;
      this.#entries.get(entry.id);
      found.push(entry);
    }
    return found;
  }

  write(head: StoredHead): StoreWriter {
    const pieces: Uint8Array[] = [];
    let size = 0;
    return {
      write: (piece) => {
        size += piece.length;
        if (size > this.#maxSize) {
          pieces.length = 0;
          return false;
        }
        pieces.push(piece);
        return true;
      },
      commit: () => size <= this.#maxSize && this.#put(head, ownCopy(pieces, size)),
      abort: () => {
        pieces.length = 0;
      },
    };
  }

  /** Stores a response whose body is at hand. @returns whether there was room. */
  put(head: StoredHead, body: Buffer): boolean {
    return this.#put(head, body);
  }

  freshen(entry: StoredEntry, head: StoredHead): void {
    const current = this.#entries.peek(idOf(entry.head));
    // It was dropped or replaced meanwhile: what the origin confirmed is another one.
    if (current === undefined || current.head !== entry.head) return;
    if (head.variant !== entry.head.variant) this.#entries.delete(current.id);
    this.#put(head, current.body);
  }

  delete(key: string, variant?: string): void {
    for (const entry of this.#byKey.get(key) ?? []) {
      if (variant === undefined || entry.head.variant === variant) this.#entries.delete(entry.id);
    }
  }

  deleteTag(tag: string, until: number): void {
    this.#purged.set(tag, Math.max(until, this.#purged.get(tag) ?? 0));
    for (const entry of this.#byTag.get(tag) ?? []) if (entry.head.requestTime <= until) this.#entries.delete(entry.id);
  }

  status(): StoreStatus {
    return {
      kind: "memory",
      entries: this.#entries.size,
      size: this.#entries.calculatedSize,
      maxSize: this.#maxSize,
      evicted: this.#evicted,
      errors: 0,
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #put(head: StoredHead, body: Buffer): boolean {
    const id = idOf(head);
    const weight = weigh(head) + body.length;
    const isPurged = head.tags.some((tag) => head.requestTime <= (this.#purged.get(tag) ?? -1));
    if (weight > this.#maxSize || isPurged) {
      this.#entries.delete(id);
      return false;
    }
    const entry: MemoryEntry = { id, head, body, weight, size: body.length, tier: "memory", open: () => body };
    this.#entries.set(id, entry);
    this.#link(entry);
    return true;
  }

  #link(entry: MemoryEntry): void {
    const variants = addTo(this.#byKey, entry.head.key, entry);
    for (const tag of entry.head.tags) addTo(this.#byTag, tag, entry);
    // A set keeps the order of arrival.
    if (variants.size > maxVariants) for (const oldest of variants) return void this.#entries.delete(oldest.id);
  }

  #unlink(entry: MemoryEntry): void {
    dropFrom(this.#byKey, entry.head.key, entry);
    for (const tag of entry.head.tags) dropFrom(this.#byTag, tag, entry);
  }
}

const none: readonly StoredEntry[] = [];

const idOf = ({ key, variant }: StoredHead): string => `${variant} ${key}`;

const weigh = ({ key, headers, tags, vary }: StoredHead): number => {
  let weight = overhead + 2 * key.length;
  for (const text of headers) weight += text.length;
  for (const tag of tags) weight += tag.length;
  for (const [name, value] of vary) weight += name.length + (value?.length ?? 0);
  return weight;
};

/** A body in memory of its own: a slice of a larger buffer would keep that alive. */
const ownCopy = (pieces: readonly Uint8Array[], size: number): Buffer => {
  const [only] = pieces;
  if (pieces.length === 1 && only instanceof Buffer && only.buffer.byteLength === only.length) return only;
  const body = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
};

const addTo = (index: Map<string, Set<MemoryEntry>>, name: string, entry: MemoryEntry): Set<MemoryEntry> => {
  let entries = index.get(name);
  if (entries === undefined) index.set(name, (entries = new Set()));
  return entries.add(entry);
};

const dropFrom = (index: Map<string, Set<MemoryEntry>>, name: string, entry: MemoryEntry): void => {
  const entries = index.get(name);
  if (entries?.delete(entry) && entries.size === 0) index.delete(name);
};
