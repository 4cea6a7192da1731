import type { Duration } from "@skitai/reactor";
import type { Cluster } from "@skitai/reactor/upstream";
import type { Endpoint } from "./endpoint.ts";
import type { Operation } from "./operation.ts";
import type { Result } from "./result.ts";

/** What any call may be given, whatever its protocol. */
export interface CallOptions<Data = unknown> {
  /** Anything that should come back with the result. */
  meta?: Readonly<Record<string, unknown>>;
  /**
   * Whether a kept result will do. A number: only if it was kept at or after that time (milliseconds since the epoch, as `getlu` gives it).
   * @default true
   */
  useCache?: boolean | number;
  /** Looks at each result before anybody else does, while others are still awaited; it may replace `data`. */
  filter?: (result: Result<Data>) => void | Promise<void>;
  /** Called with the result; what it throws is logged. */
  callback?: (result: Result<Data>) => unknown;
  /** From the start of the call to its result. @default the client's, which is 10 s */
  timeout?: Duration;
  /** Gives the call up; where the answer is handed over as it arrives, until its end. */
  signal?: AbortSignal;
}

/** The options above by name, for checking. */
export const callOptionNames: Readonly<Record<keyof CallOptions, true>> = {
  meta: true,
  useCache: true,
  filter: true,
  callback: true,
  timeout: true,
  signal: true,
};

/** Whom to ask: one server, or some member of an alias. */
export type Target = Endpoint | Cluster;

/** One call, ready to be started. */
export interface Call<Data> {
  readonly operation: Operation<Data>;
  readonly target: Target;
  readonly options: CallOptions<Data>;
}
