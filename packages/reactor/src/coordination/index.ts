// What every implementation is
export type { Coordinator, CoordinatorListener, Count, Counter, Lease, Unsubscribe, UpdateTable } from "./types.ts";

// One process, and those that send it messages
export { Hub } from "./hub.ts";
export type { HubConnection, HubOptions } from "./hub.ts";
export { HubClient } from "./client.ts";
export type { FromHub, ToHub } from "./protocol.ts";
