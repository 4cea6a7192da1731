import type { Certificate, EngineOptions, RunOptions } from "@skitai/reactor";
import { SkitaiError } from "./errors.ts";
import type { Bind } from "./service-plan.ts";

/** The options of a service: how it listens, those of its engine, and those of its processes. */
export interface SkitaiRunOptions extends Omit<EngineOptions, "directory" | "workerId" | "workers">, Omit<RunOptions, "listen"> {
  /** @default "127.0.0.1" */
  address?: string;
  /** @default 5000 */
  port?: number;
  /** The certificate of HTTPS, PEM text or a file; the same as `enableSsl`. It needs {@link keyFile}. */
  certFile?: string;
  keyFile?: string;
  /** Of an encrypted key. */
  passphrase?: string;
  /** @default `.<script>.pid` beside the script; none where that directory cannot be written. */
  pidFile?: string;
}

/** Whose affair each option is. The type keeps the list complete. */
const owners: Readonly<Record<keyof Required<SkitaiRunOptions>, "service" | "engine" | "processes">> = {
  address: "service",
  port: "service",
  certFile: "service",
  keyFile: "service",
  passphrase: "service",
  pidFile: "service",
  workers: "service",
  reusePort: "processes",
  criticalPoint: "processes",
  gracefulTimeout: "processes",
  stopTimeout: "processes",
  readyTimeout: "processes",
  useReloader: "processes",
  respawn: "processes",
  name: "engine",
  varPath: "engine",
  logPath: "engine",
  verbose: "engine",
  requestLog: "engine",
  logOff: "engine",
  maxLogSize: "engine",
  keepLogs: "engine",
  trustedProxies: "engine",
  serverHeader: "engine",
  compressFrom: "engine",
  debug: "engine",
  maxAge: "engine",
  fileCacheSize: "engine",
  health: "engine",
  coordinator: "engine",
  threads: "engine",
  config: "engine",
  keepAlive: "engine",
  requestTimeout: "engine",
  bodyTimeout: "engine",
  http2KeepAlive: "engine",
  maxHeaderSize: "engine",
  maxHeaders: "engine",
  maxUrlSize: "engine",
  maxPostBodySize: "engine",
  maxMultipartBodySize: "engine",
  maxConnections: "engine",
  maxRequestsPerConnection: "engine",
  maxStreams: "engine",
};

export interface PartedOptions {
  bind: Bind;
  certificate: Certificate | undefined;
  engineOptions: EngineOptions;
  runOptions: RunOptions;
}

/**
 * Gives each option to whom it concerns.
 *
 * @throws SKITAI_UNKNOWN_OPTION, SKITAI_HALF_CERTIFICATE
 */
export const takeApart = (options: SkitaiRunOptions): PartedOptions => {
  const of = (owner: "engine" | "processes"): object =>
    Object.fromEntries(Object.entries(options).filter(([name]) => ownerOf(name) === owner));
  const { address = "127.0.0.1", port = 5000 } = options;
  return { bind: { address, port }, certificate: certificateOf(options), engineOptions: of("engine"), runOptions: of("processes") };
};

const ownerOf = (name: string): string => {
  if (!Object.hasOwn(owners, name)) throw new SkitaiError("SKITAI_UNKNOWN_OPTION", { value: name, known: Object.keys(owners).join(", ") });
  return owners[name as keyof typeof owners];
};

const certificateOf = ({ certFile, keyFile, passphrase }: SkitaiRunOptions): Certificate | undefined => {
  if (certFile === undefined && keyFile === undefined) return undefined;
  // Half a pair must never mean plain HTTP.
  if (certFile === undefined || keyFile === undefined) {
    throw new SkitaiError("SKITAI_HALF_CERTIFICATE", {
      given: certFile === undefined ? "keyFile" : "certFile",
      missing: certFile === undefined ? "certFile" : "keyFile",
    });
  }
  return { cert: certFile, key: keyFile, ...(passphrase !== undefined && { passphrase }) };
};
