// Decoded results
export { ResultCache } from "./result-cache.ts";
export type { ResultCacheOptions, ResultCacheStatus, UseCache } from "./result-cache.ts";
