import { ReactorError } from "../errors.ts";
import { refuseUnknown } from "../internal/check-options.ts";
import { size, type Size } from "../units.ts";
import { DiskStore } from "./disk-store.ts";
import { MemoryStore } from "./memory-store.ts";
import type { CacheStore } from "./store.ts";
import { TieredStore } from "./tiered-store.ts";

export interface CacheStoreOptions {
  /** Bytes of memory; 0 for none. @default 0 */
  memory?: Size;
  /** Bytes on disk; 0 for none. @default 0 */
  disk?: Size;
  /** The directory for what is on disk. */
  path?: string;
  /** Told what goes wrong on disk; for a request that is a miss. */
  onError?: (error: unknown) => void;
}

/**
 * The store for an amount of memory, of disk, or of both.
 *
 * @returns undefined when both are 0.
 * @throws SKITAI_REACTOR_BAD_OPTION when there is an amount of disk without a path; SKITAI_REACTOR_BAD_SIZE
 * @example cacheStore({ memory: "64mb", disk: "2gb", path: "/var/cache/shop" }) // a TieredStore
 */
export const cacheStore = (options: CacheStoreOptions): CacheStore | undefined => {
  refuseUnknown("cacheStore", options, { memory: true, disk: true, path: true, onError: true });
  const { path, onError } = options;
  const memorySize = size(options.memory ?? 0, "memory of a cache");
  const diskSize = size(options.disk ?? 0, "disk of a cache");
  const memory = memorySize > 0 ? new MemoryStore({ maxSize: memorySize }) : undefined;
  if (diskSize === 0) return memory;
  if (path === undefined) {
    const hint = "Name the directory with path.";
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "disk of a cache without a path", value: diskSize, hint });
  }
  const disk = new DiskStore(path, { maxSize: diskSize, ...(onError && { onError }) });
  return memory === undefined ? disk : new TieredStore({ memory, disk });
};
