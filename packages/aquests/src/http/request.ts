import type { Fields } from "./fields.ts";
import type { Payload } from "./payload.ts";
import type { Proxy } from "./proxy.ts";
import type { Credentials } from "./url.ts";

/** A request as it was asked for, checked and with every default filled in; it names no server. */
export interface HttpRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly fields: Fields;
  readonly payload: Payload | undefined;
  readonly auth: Credentials | undefined;
  /** The alias that it is for, where it is for one. */
  readonly alias: string | undefined;
  /** Hand the body over as it arrives. */
  readonly stream: boolean;
  /** How many redirects to follow. */
  readonly redirects: number;
  /** Follow none that would make another method of this one. */
  readonly keepsMethod: boolean;
  /** A success of a type that `Accept` does not name is a failure. */
  readonly isStrict: boolean;
  /** Largest body that is read, in bytes. */
  readonly maxSize: number;
  /** Milliseconds that a body handed over as it arrives may be silent; 0 is for ever. */
  readonly idleTimeout: number;
  readonly insecure: boolean;
  /** The proxy of this call; null for none, undefined for the client's. */
  readonly proxy: Proxy | null | undefined;
  /** The HTTP cache must not answer without asking the server. */
  readonly isFresh: boolean;
}
