import type { FlatFields } from "./types.ts";

/** A request field that a response depends on, and its value then; null when the request had none. Credentials stand as a hash. */
export type VaryField = readonly [name: string, value: string | null];

/** What is kept of a response beside its body. It survives JSON. */
export interface StoredHead {
  /** The URL without fragment and credentials. */
  readonly key: string;
  /** Tells the responses of one key apart: a name of letters and digits made of `vary`, empty when the response depends on nothing. */
  readonly variant: string;
  readonly vary: readonly VaryField[];
  readonly status: number;
  readonly headers: FlatFields;
  /** When the request for it, or for its last confirmation, was sent; milliseconds since 1970. */
  readonly requestTime: number;
  /** When that was answered. */
  readonly responseTime: number;
  /** What {@link CacheStore.deleteTag} finds it by. */
  readonly tags: readonly string[];
}

/** Responses of one key that a store keeps; the oldest goes when there is one more. A field such as `User-Agent` in `Vary` has no end of values. */
export const maxVariants = 64;

export type StoredBody = Buffer | AsyncIterable<Uint8Array>;

/** A stored response. */
export interface StoredEntry {
  readonly head: StoredHead;
  /** Bytes of the body. */
  readonly size: number;
  readonly tier: "memory" | "disk";
  /** The body, whole; undefined when it has gone since, or is damaged. */
  open(): StoredBody | undefined | Promise<StoredBody | undefined>;
}

/** Takes one body. Exactly one of `commit` and `abort` ends it. */
export interface StoreWriter {
  /** @returns false when the body will not be stored: it is too large, or the store failed. */
  write(piece: Uint8Array): boolean | Promise<boolean>;
  /** Makes the response visible, in place of the one of the same key and variant. @returns whether it is. */
  commit(): boolean | Promise<boolean>;
  abort(): void;
}

export interface StoreStatus {
  readonly kind: string;
  readonly entries: number;
  /** Bytes, heads included. */
  readonly size: number;
  readonly maxSize: number;
  /** Responses that went to make room. */
  readonly evicted: number;
  /** Failures of the store, and damaged entries that it dropped. */
  readonly errors: number;
  /** Of a store made of others. */
  readonly tiers?: readonly StoreStatus[];
}

/**
 * Where an {@link HttpCache} keeps responses. A store knows nothing of HTTP's rules, and never fails a request: what goes wrong inside is a miss.
 * A method may answer at once or by a promise, so that memory costs no waiting.
 */
export interface CacheStore {
  /** Makes it ready; the other methods do so themselves. @throws what makes the store unusable. */
  open(): Promise<void>;
  /** The stored responses of a key whose head passes. */
  find(key: string, matches: (head: StoredHead) => boolean): readonly StoredEntry[] | Promise<readonly StoredEntry[]>;
  /** Begins to store a response. */
  write(head: StoredHead): StoreWriter;
  /** Gives a stored response another head, perhaps with another variant. */
  freshen(entry: StoredEntry, head: StoredHead): void | Promise<void>;
  /** Drops the responses of a key; with a variant, that one. */
  delete(key: string, variant?: string): void | Promise<void>;
  /** Drops what has the tag and was asked for at that time or before, also where it arrives later. */
  deleteTag(tag: string, until: number): void | Promise<void>;
  status(): StoreStatus;
  /** Waits for what is being written. */
  close(): Promise<void>;
}
