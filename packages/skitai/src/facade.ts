import { DB_MONGODB, DB_PGSQL, DB_POSTGRESQL, DB_REDIS, DB_SQLITE3, PROTO_HTTP, PROTO_HTTPS, PROTO_WS, PROTO_WSS } from "@skitai/reactor";
import {
  refuseUnknown,
  size,
  type AliasKind,
  type AliasOptions,
  type Duration,
  type MountOptions,
  type MountTarget,
  type Plugin,
  type Service,
  type Size,
} from "@skitai/reactor";
import { anyTime, refuseUnless, someTime, wholeNumber } from "./checks.ts";
import { SkitaiError } from "./errors.ts";
import { pref, type MutablePreference } from "./preference.ts";
import type { SkitaiRunOptions } from "./run-options.ts";
import { runService } from "./run.ts";
import { abspath, getswd, isMain } from "./script.ts";
import { ServicePlan } from "./service-plan.ts";

/** What {@link Skitai.enableCachefs} may be told. */
export interface CachefsOptions {
  /** Bytes of memory, in each worker; 0 is none. @default 0 */
  memmax?: Size;
  /** Bytes on disk, for all workers together; 0 is none. @default 0 */
  diskmax?: Size;
  /** The directory for what is on disk. @default `cachefs` below `varPath`, or else below the service's own directory in `/var/tmp`. */
  path?: string;
}

/**
 * One service by plain calls: say what is mounted and how, then {@link Skitai.run}. `import skitai from "skitai"` gives the one that a
 * script needs; make another only in tests.
 *
 * @example
 * skitai.mount("/", "static");
 * skitai.mount("/", app);
 * await skitai.run({ port: 5000, workers: 2 });
 */
export class Skitai {
  readonly PROTO_HTTP: typeof PROTO_HTTP = PROTO_HTTP;
  readonly PROTO_HTTPS: typeof PROTO_HTTPS = PROTO_HTTPS;
  readonly PROTO_WS: typeof PROTO_WS = PROTO_WS;
  readonly PROTO_WSS: typeof PROTO_WSS = PROTO_WSS;
  readonly DB_PGSQL: typeof DB_PGSQL = DB_PGSQL;
  readonly DB_POSTGRESQL: typeof DB_POSTGRESQL = DB_POSTGRESQL;
  readonly DB_SQLITE3: typeof DB_SQLITE3 = DB_SQLITE3;
  readonly DB_REDIS: typeof DB_REDIS = DB_REDIS;
  readonly DB_MONGODB: typeof DB_MONGODB = DB_MONGODB;
  readonly #plan = new ServicePlan();
  #running = false;

  /** @see Engine.mount */
  mount(point: string, target: MountTarget, options: MountOptions = {}): this {
    this.#plan.add((engine) => engine.mount(point, target, options));
    return this;
  }

  /** @see Engine.alias */
  alias(name: string, kind: AliasKind, members: string | readonly string[], options: AliasOptions = {}): this {
    this.#plan.add((engine) => engine.alias(name, kind, members, options));
    return this;
  }

  /** @see Engine.use */
  use(plugin: Plugin): this {
    this.#plan.add((engine) => engine.use(plugin));
    return this;
  }

  /** Declares keys whose last update all workers share. @see Engine.addlu */
  addlu(...keys: readonly string[]): this {
    this.#plan.add((engine) => engine.addlu(...keys));
    return this;
  }

  /** Leaves requests out of the request log. @see Engine.logOff */
  logOff(...patterns: string[]): this {
    this.#plan.add((engine) => engine.logOff(...patterns));
    return this;
  }

  /** Serves HTTPS with this certificate: PEM text, or the path of a file below the script's directory. */
  enableSsl(cert: string, key: string, passphrase?: string): this {
    return this.#set("enableSsl", (plan) => (plan.tls = { cert, key, ...(passphrase === undefined ? {} : { passphrase }) }));
  }

  /** Adds a certificate for one server name, or for `*.domain` (SNI). {@link enableSsl} gives the one for all others. */
  addCertificate(name: string, cert: string, key: string, passphrase?: string): this {
    return this.#set(
      "addCertificate",
      (plan) => (plan.certificates[name] = { cert, key, ...(passphrase === undefined ? {} : { passphrase }) }),
    );
  }

  /** Sends whoever comes to a plain port to HTTPS. */
  enableForward(port = 80, toPort = 443): this {
    return this.#set("enableForward", ({ forwards }) =>
      forwards.push({ port: wholeNumber("port", port, 0, 65_535), toPort: wholeNumber("toPort", toPort, 1, 65_535) }),
    );
  }

  /** Lets clients keep files below a URL prefix for so many seconds; the longest prefix counts, 0 is never. */
  setMaxAge(prefix: string, seconds: number): this {
    return this.#set("setMaxAge", ({ maxAge }) => {
      refuseUnless(typeof prefix === "string" && prefix.startsWith("/"), "prefix", prefix, 'Use a path from "/" on.');
      refuseUnless(typeof seconds === "number" && seconds >= 0, "seconds", seconds, "Use a number from 0.");
      maxAge[prefix] = seconds;
    });
  }

  /** How long an idle connection is kept; 0 is for ever. @default "30s" */
  setKeepAlive(time: Duration): this {
    return this.#set("setKeepAlive", ({ engine }) => (engine.keepAlive = anyTime("time", time)));
  }

  /** Longest gap between packets of a request or of its answer while the client owes something; 0 is for ever. @default "30s" */
  setRequestTimeout(time: Duration): this {
    return this.#set("setRequestTimeout", ({ engine }) => (engine.requestTimeout = anyTime("time", time)));
  }

  /** How long idle connections to other servers are kept, from 1 ms. @default "4s" */
  setBackendKeepAlive(time: Duration): this {
    return this.#set("setBackendKeepAlive", ({ client }) => (client.keepAlive = someTime("time", time)));
  }

  /** How many results `cache()` keeps in each worker; 0 is none. @default 100 */
  setMaxRcache(count: number): this {
    return this.#set("setMaxRcache", ({ client }) => (client.maxResults = wholeNumber("count", count, 0)));
  }

  /**
   * Keeps what other servers answer to `was`, as they allow it (RFC 9111): in memory, on disk, or both.
   *
   * @example skitai.enableCachefs({ memmax: "10mb", diskmax: "100mb", path: "/var/tmp/skitai/cache" });
   */
  enableCachefs(options: CachefsOptions = {}): this {
    return this.#set("enableCachefs", (plan) => {
      refuseUnknown("enableCachefs()", options, { memmax: true, diskmax: true, path: true });
      const { memmax, diskmax, path } = options;
      const hint = 'Say how much to keep: enableCachefs({ memmax: "10mb", diskmax: "100mb" }), either or both.';
      refuseUnless(memmax !== undefined || diskmax !== undefined, "the cache", "empty", hint);
      refuseUnless(path === undefined || (typeof path === "string" && path !== ""), "path", path, "Name a directory.");
      plan.cachefs = { memory: size(memmax ?? 0, "memmax"), disk: size(diskmax ?? 0, "diskmax"), path };
    });
  }

  /**
   * Replaces a worker whose CPU load stays too high: above `cpuPercent` in more than `continuous` samples in a row.
   *
   * @param interval between samples. Default `"20s"`; 0 turns it off.
   */
  setWorkerCriticalPoint(cpuPercent = 90, continuous = 3, interval: Duration = "20s"): this {
    return this.#set("setWorkerCriticalPoint", (plan) => {
      const isPercentage = typeof cpuPercent === "number" && cpuPercent > 0;
      refuseUnless(isPercentage, "cpuPercent", cpuPercent, "Use a percentage of one core above 0, such as 90, or Infinity for no limit.");
      plan.criticalPoint = {
        cpuPercent,
        continuous: wholeNumber("continuous", continuous, 0),
        interval: anyTime("interval", interval),
      };
    });
  }

  /**
   * Starts the service, or does what the command line says: `start`, `stop`, `restart`, `status`. In a worker it serves.
   * A failure to start, also because of a setting that makes no sense, is told in one line, and the process ends with exit code 1.
   */
  async run(options: SkitaiRunOptions = {}): Promise<Service | undefined> {
    this.#before("A second run()");
    this.#running = true;
    return runService(this.#plan, options);
  }

  #set(method: string, take: (plan: ServicePlan) => unknown): this {
    this.#before(`${method}()`);
    this.#plan.set(method, () => void take(this.#plan));
    return this;
  }

  /** @throws SKITAI_ALREADY_RUNNING when it is too late for a setting. */
  #before(what: string): void {
    if (this.#running) throw new SkitaiError("SKITAI_ALREADY_RUNNING", { what });
  }

  pref(): MutablePreference {
    return pref();
  }

  /** @see isMain */
  readonly isMain: typeof isMain = isMain;
  /** @see getswd */
  readonly getswd: typeof getswd = getswd;
  /** @see abspath */
  readonly abspath: typeof abspath = abspath;
}
