// Work in other threads
export type { PinnedThread, ThreadCall, ThreadCallOptions, ThreadFunction, ThreadPoolOptions, UnknownFunction } from "./types.ts";
