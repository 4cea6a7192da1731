// Work in other threads
export { ThreadPool } from "./thread-pool.ts";
export type { ThreadPoolStatus } from "./thread-pool.ts";
export type { PinnedThread, ThreadCall, ThreadCallOptions, ThreadFunction, ThreadPoolOptions, UnknownFunction } from "./types.ts";
