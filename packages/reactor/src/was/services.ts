import type { LastUpdates } from "../coordination/last-updates.ts";
import type { NodeRequest } from "../http/types.ts";
import type { TrustedProxies } from "../http/trusted-proxies.ts";
import type { ResponseSettings } from "../response/settings.ts";
import type { ThreadPool } from "../threads/thread-pool.ts";
import type { TransactionIdentity } from "./transaction.ts";

/** The sections of the status page by name: `"server"`, `"mounts"`, and what plugins and registered objects add. */
export type StatusReport = Record<string, unknown>;

/** What an engine lends to each `was`. One object per engine, on the prototype of its `was` class. */
export interface EngineServices {
  readonly identity: TransactionIdentity;
  readonly proxies: TrustedProxies;
  readonly responses: ResponseSettings;
  /** Body-size limits in bytes, where a mount sets none. */
  readonly maxPostBodySize: number;
  readonly maxMultipartBodySize: number;
  /** Where temporary files go. */
  readonly temporaryPath: string;
  readonly updates: LastUpdates;
  /** Undefined with `threads: 0`. */
  readonly threads: ThreadPool | undefined;
  /** An answer had a status from 500 on, or broke off. */
  failed(): void;
  appsOf(host: string): Record<string, unknown>;
  status(filter?: string): StatusReport;
  /** The same as a page. */
  statusPage(filter?: string): string;
  lifecycle(action: "restart" | "shutdown"): void;
  /** Whether the client of this request waits for `100 Continue`. True once: asking settles it. */
  awaitsContinue(req: NodeRequest): boolean;
}
