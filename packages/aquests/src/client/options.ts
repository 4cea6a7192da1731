import { refuseUnknown, waitingTime, type AliasOptions, type Duration } from "@skitai/reactor";
import { HttpCache } from "@skitai/reactor/cache";
import { httpClientOptionNames, resolveHttpSettings, type HttpClientOptions, type HttpSettings } from "../http/settings.ts";
import { checkClientOptions } from "./checks.ts";

/** An alias as `createClient` takes it: kind, members, options. */
export type AliasDefinition = readonly [kind: string, members: string | readonly string[], options?: AliasOptions];

export interface ClientOptions extends HttpClientOptions {
  /** How long a call may take where it says nothing, counted from its start. 0 is for ever. @default "10s" */
  timeout?: Duration;
  /** Most results that are kept because a call said `cache()`. @default 100 */
  maxResults?: number;
  /** Groups of servers by name. */
  aliases?: Readonly<Record<string, AliasDefinition>>;
  /** Told of what went wrong where nobody waits for it, such as a callback that throws. @default console.error */
  report?: (message: string, error: unknown) => void;
}

/** {@link ClientOptions} with every default filled in. */
export interface ClientSettings {
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxResults: number;
  readonly http: HttpSettings;
  readonly report: (message: string, error: unknown) => void;
}

/** The options by name, for checking. */
export const clientOptionNames: Readonly<Record<keyof ClientOptions, true>> = {
  ...httpClientOptionNames,
  timeout: true,
  maxResults: true,
  aliases: true,
  report: true,
};

/** @throws SKITAI_AQUESTS_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION, SKITAI_REACTOR_BAD_SIZE and, for a name that nobody reads, SKITAI_REACTOR_BAD_OPTION */
export const resolveClientOptions = (options: ClientOptions): ClientSettings => {
  refuseUnknown("a client", options, clientOptionNames);
  checkClientOptions(options);
  const { maxResults = 100 } = options;
  const report = options.report ?? ((message: string, error: unknown): void => console.error(`${message}:`, error));
  return {
    timeout: waitingTime(options.timeout ?? "10s", "timeout"),
    maxResults,
    http: resolveHttpSettings({ ...options, ...reportingCache(options.cache, report) }),
    report,
  };
};

/** A cache of the client's own tells what goes wrong on disk, unless it has somebody else to tell. */
const reportingCache = (cache: ClientOptions["cache"], report: ClientSettings["report"]): Pick<ClientOptions, "cache"> =>
  typeof cache !== "object" || cache instanceof HttpCache
    ? {}
    : { cache: { onError: (error) => report("The HTTP cache is in trouble", error), ...cache } };
