// What every implementation is
export type { Coordinator, CoordinatorListener, Count, Counter, Lease, Unsubscribe, UpdateTable } from "./types.ts";
