import type { WireError } from "./wire-error.ts";

/** What a thread is told to do, one thing at a time. */
export interface Order {
  /** The module's URL. */
  readonly module: string;
  /** The name of its export. */
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What became of it. */
export type Outcome =
  | { readonly result: unknown }
  | { readonly error: WireError }
  /** The module could not be loaded. */
  | { readonly unloaded: WireError; readonly reason: string }
  /** It has no function of that name, but these exports. */
  | { readonly exports: readonly string[] };
