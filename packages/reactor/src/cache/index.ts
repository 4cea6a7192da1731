// Decoded results
export { ResultCache } from "./result-cache.ts";
export type { ResultCacheOptions, ResultCacheStatus, UseCache } from "./result-cache.ts";

// HTTP responses
export { HttpCache } from "./http-cache.ts";
export type { HttpCacheOptions } from "./http-cache-options.ts";
export type { HttpCacheCounts, HttpCacheStatus } from "./http-cache-status.ts";
export type { CachedResponse, CacheFetchOptions, CacheLookup, CacheRequest, FlatFields, Origin, OriginResponse } from "./types.ts";

// Where they are kept
export { cacheStore } from "./store-options.ts";
export type { CacheStoreOptions } from "./store-options.ts";
export { DiskStore } from "./disk-store.ts";
export type { DiskStoreOptions } from "./disk-store.ts";
export { MemoryStore } from "./memory-store.ts";
export type { MemoryStoreOptions } from "./memory-store.ts";
export { TieredStore } from "./tiered-store.ts";
export type { TieredStoreOptions } from "./tiered-store.ts";
export type { CacheStore, StoredBody, StoredEntry, StoredHead, StoreStatus, StoreWriter, VaryField } from "./store.ts";
