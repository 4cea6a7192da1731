import { basename, resolve } from "node:path";
import type { Coordinator } from "../coordination/types.ts";
import { resolveLimits, type LimitOptions, type Limits } from "../http/limits.ts";
import { TrustedProxies } from "../http/trusted-proxies.ts";
import type { ResponseSettings } from "../response/settings.ts";
import { maxAgeRules, type MaxAgeRule } from "../static/max-age.ts";
import { size, type Size } from "../units.ts";
import { optional, refuseUnknown, wholeNumber } from "../internal/check-options.ts";

export interface EngineOptions extends LimitOptions {
  /** Shown in titles, logs and the status page. @default the name of the directory */
  name?: string;
  /** The directory that relative mount targets belong to. @default the working directory */
  directory?: string;
  /** The directory for what the engine keeps on disk; it is made as needed, for this user alone. @default none: temporary files go to the system's directory */
  varPath?: string;
  /** The directory of `server.log`, `app.log` and `request.log`. @default none: logs go to the console */
  logPath?: string;
  /** Also show on the console what goes into log files. @default false */
  verbose?: boolean;
  /** A line for each request: the classic line, JSON lines, or none. @default true */
  requestLog?: boolean | "json";
  /** Requests that are not logged; see {@link Engine.logOff}. @default [] */
  logOff?: readonly string[];
  /** A log file that grows beyond this is rotated before its day, week or month is over. @default "1gb" */
  maxLogSize?: Size;
  /** Rotated files to keep of each log. @default 30 */
  keepLogs?: number;
  /** Peers whose `X-Forwarded-*` headers are believed: addresses and ranges such as `"10.0.0.0/8"`. @default [] */
  trustedProxies?: readonly string[];
  /** A `Server` header for all answers, such as `"Skitai"`. @default false: none, which tells less to strangers and costs less */
  serverHeader?: string | false;
  /** Compress text and JSON of at least this size; false for never. @default "2kb" */
  compressFrom?: Size | false;
  /** Show clients the details of errors. @default false */
  debug?: boolean;
  /** Seconds for `Cache-Control: max-age` and `Expires` of files, by URL prefix. @default {} */
  maxAge?: Readonly<Record<string, number>>;
  /** Memory for small files. @default "32mb" */
  fileCacheSize?: Size;
  /** Paths that answer 200 while the process lives, and while it takes requests; 503 otherwise. @default none */
  health?: { live?: string; ready?: string };
  /** The most threads for blocking work (`was.thread`, SQLite); each is started when it is needed. 0 for none. @default 4 */
  threads?: number;
  /** What connects this engine with others. It stays open when the engine closes. @default what connects the workers of its service */
  coordinator?: Coordinator;
  /** Free configuration, `wac.config`. @default {} */
  config?: Record<string, unknown>;
  /** How many workers the service has, for `wac.workers`. @default 0 */
  workers?: number;
  /** This process among them: `"M"` or `"W0"`, `"W1"`, ... @default "M" */
  workerId?: string;
}

/** {@link EngineOptions} with defaults filled in and values checked. */
export interface ResolvedEngineOptions {
  readonly name: string;
  readonly directory: string;
  readonly varPath: string | undefined;
  readonly logPath: string | undefined;
  readonly verbose: boolean;
  readonly requestLog: boolean | "json";
  readonly logOff: readonly string[];
  readonly maxLogSize: number;
  readonly keepLogs: number;
  readonly limits: Limits;
  readonly proxies: TrustedProxies;
  readonly responses: ResponseSettings;
  readonly maxAge: readonly MaxAgeRule[];
  readonly fileCacheSize: number;
  readonly health: { readonly live: string | undefined; readonly ready: string | undefined };
  readonly threads: number;
  readonly coordinator: Coordinator | undefined;
  readonly config: Record<string, unknown>;
  readonly workers: number;
  readonly workerId: string;
}

/** @throws SKITAI_REACTOR_BAD_OPTION, SKITAI_REACTOR_BAD_DURATION, SKITAI_REACTOR_BAD_SIZE naming the option. */
export const resolveEngineOptions = (options: EngineOptions): ResolvedEngineOptions => {
  refuseUnknown("an engine", options, engineOptionNames);
  const directory = resolve(optional("directory", options.directory, "string") ?? ".");
  const path = (what: "varPath" | "logPath"): string | undefined => {
    const value = optional(what, options[what], "string");
    return value === undefined ? undefined : resolve(directory, value);
  };
  return {
    name: optional("name", options.name, "string") ?? basename(directory),
    directory,
    varPath: path("varPath"),
    logPath: path("logPath"),
    verbose: optional("verbose", options.verbose, "boolean") ?? false,
    requestLog: options.requestLog === "json" ? "json" : (optional("requestLog", options.requestLog, "boolean") ?? true),
    logOff: options.logOff ?? [],
    maxLogSize: size(options.maxLogSize ?? "1gb", "maxLogSize"),
    keepLogs: wholeNumber("keepLogs", options.keepLogs ?? 30, 1),
    limits: resolveLimits(options),
    proxies: new TrustedProxies(options.trustedProxies ?? []),
    responses: {
      server: options.serverHeader === false ? undefined : optional("serverHeader", options.serverHeader, "string"),
      compressFrom: options.compressFrom === false ? Number.POSITIVE_INFINITY : size(options.compressFrom ?? "2kb", "compressFrom"),
      debug: optional("debug", options.debug, "boolean") ?? false,
    },
    maxAge: maxAgeRules(options.maxAge ?? {}),
    fileCacheSize: size(options.fileCacheSize ?? "32mb", "fileCacheSize"),
    health: healthPaths(options.health ?? {}),
    threads: wholeNumber("threads", options.threads ?? 4),
    coordinator: options.coordinator,
    config: options.config ?? {},
    workers: wholeNumber("workers", options.workers ?? 0),
    workerId: options.workerId ?? "M",
  };
};

/** Every option of an engine. */
export const engineOptionNames: Readonly<Record<keyof Required<EngineOptions>, true>> = {
  name: true,
  directory: true,
  varPath: true,
  logPath: true,
  verbose: true,
  requestLog: true,
  logOff: true,
  maxLogSize: true,
  keepLogs: true,
  trustedProxies: true,
  serverHeader: true,
  compressFrom: true,
  debug: true,
  maxAge: true,
  fileCacheSize: true,
  health: true,
  threads: true,
  coordinator: true,
  config: true,
  workers: true,
  workerId: true,
  keepAlive: true,
  requestTimeout: true,
  bodyTimeout: true,
  http2KeepAlive: true,
  maxHeaderSize: true,
  maxHeaders: true,
  maxUrlSize: true,
  maxPostBodySize: true,
  maxMultipartBodySize: true,
  maxConnections: true,
  maxRequestsPerConnection: true,
  maxStreams: true,
};

const healthPaths = (health: NonNullable<EngineOptions["health"]>): ResolvedEngineOptions["health"] => {
  refuseUnknown("health", health, { live: true, ready: true });
  return { live: optional("health.live", health.live, "string"), ready: optional("health.ready", health.ready, "string") };
};
