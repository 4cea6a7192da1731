import type { CallOptions } from "../core/call.ts";

/** How a body is written and what is asked for: `Content-Type` and `Accept`. */
export type BodyForm = "form" | "json" | "xml";

/** Options of a call by HTTP. */
export interface HttpOptions<Data = unknown> extends CallOptions<Data> {
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** `["token"]` for bearer, `["user", "password"]` for basic or digest as the server asks. Never sent to another origin. */
  auth?: readonly [token: string] | readonly [user: string, password: string];
  /** Query parameters, added to those of the URL. */
  params?: QueryParams;
  /** Hand the body over as it arrives: `result.stream`. @default false */
  stream?: boolean;
  /** How many redirects to follow; 0 none. @default the client's */
  redirects?: number;
  /** Do not verify the server's certificate. @default false */
  insecure?: boolean;
  /** An HTTP proxy: `http://user:password@host:port`; false for none. @default the client's */
  proxy?: string | false;
  /** Largest body that is read. @default the client's */
  maxSize?: number;
}

/** A value for each name, or several. */
export type QueryParams = Readonly<Record<string, QueryValue | readonly QueryValue[]>>;
export type QueryValue = string | number | boolean | bigint | null | undefined;
