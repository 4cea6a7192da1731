import { refuseUnknown, type Size } from "@skitai/reactor";
import { checkCallOptions, checkSwitches } from "../core/check-call.ts";
import { callOptionNames, type CallOptions } from "../core/call.ts";
import { AquestsError } from "../errors.ts";
import type { Credentials } from "./url.ts";

/** How a body is written and what is asked for: `Content-Type` and `Accept`. */
export type BodyForm = "form" | "json" | "xml";

/** Options of a call by HTTP. */
export interface HttpOptions<Data = unknown> extends CallOptions<Data> {
  /** By name in any case; several values make several fields. */
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** `["token"]` for bearer, `["user", "password"]` for basic or digest as the server asks. Never sent to another origin. */
  auth?: Credentials;
  /** Query parameters, added to those of the URL. */
  params?: QueryParams;
  /** Hand the body over as it arrives: `result.stream`. @default false */
  stream?: boolean;
  /** How many redirects to follow; 0 none. @default the client's */
  redirects?: number;
  /** Do not verify the server's certificate. @default the client's */
  insecure?: boolean;
  /** An HTTP proxy, `http://user:password@host:port`; false for none. @default the client's */
  proxy?: string | false;
  /** Largest body that is read. @default the client's */
  maxSize?: Size;
}

/** The options above by name, for checking. */
export const httpOptionNames: Readonly<Record<keyof HttpOptions, true>> = {
  ...callOptionNames,
  headers: true,
  auth: true,
  params: true,
  stream: true,
  redirects: true,
  insecure: true,
  proxy: true,
  maxSize: true,
};

/** A value for each name, or several. */
export type QueryParams = Readonly<Record<string, QueryValue | readonly QueryValue[]>>;
export type QueryValue = string | number | boolean | bigint | null | undefined;

/** Refuses what is no option of a call by HTTP. @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_AQUESTS_BAD_OPTION */
export const checkHttpOptions = (verb: string, options: HttpOptions): void => {
  refuseUnknown(`${verb}()`, options, httpOptionNames);
  checkCallOptions(options);
  const { auth, stream, insecure } = options;
  checkSwitches({ stream, insecure });
  if (auth === undefined) return;
  if (Array.isArray(auth) && (auth.length === 1 || auth.length === 2) && auth.every((part) => typeof part === "string")) return;
  // Its value is not shown: it may hold a password.
  throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", {
    what: "auth",
    value: Array.isArray(auth) ? `an array of ${auth.length}` : typeof auth,
    hint: 'Use ["token"] or ["user", "password"], in text.',
  });
};
