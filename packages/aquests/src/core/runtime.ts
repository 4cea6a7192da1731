import type { ResultCache } from "@skitai/reactor/cache";
import type { ClusterMember, Upstreams } from "@skitai/reactor/upstream";
import type { HttpSettings } from "../http/settings.ts";
import type { Call } from "./call.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Pools } from "./pools.ts";

/** What all calls of one client share. */
export interface Runtime {
  /** Milliseconds that a call may take where it says nothing. */
  readonly timeout: number;
  readonly http: HttpSettings;
  readonly results: ResultCache;
  readonly upstreams: Upstreams;
  readonly pools: Pools;
  /** Whether it has been closed. */
  readonly closed: boolean;
  /** Tells of what went wrong where nobody waits for it: in a callback, for example. */
  report(message: string, error: unknown): void;
}

/** Who makes calls: a client, a queue, or a `was` that lends its transaction to what it sends. */
export interface Caller {
  readonly runtime: Runtime;
  /** Headers that go with a request to another server; each request asks once, because some count. */
  headers?(): Readonly<Record<string, string>>;
  /** Begins a call in another way than at once. */
  begin?<Data>(call: Call<Data>, member?: ClusterMember): Dispatch<Data>;
}
