import { DB_MONGODB, DB_PGSQL, DB_POSTGRESQL, DB_REDIS, DB_SQLITE3, PROTO_HTTP, PROTO_HTTPS, PROTO_WS, PROTO_WSS } from "@skitai/reactor";
import {
  size,
  type AliasOptions,
  type Duration,
  type MountOptions,
  type MountTarget,
  type Plugin,
  type Service,
  type Size,
} from "@skitai/reactor";
import { SkitaiError } from "./errors.ts";
import { pref, type MutablePreference } from "./preference.ts";
import type { SkitaiRunOptions } from "./run-options.ts";
import { runService } from "./run.ts";
import { abspath, getswd, isMain } from "./script.ts";
import { ServicePlan } from "./service-plan.ts";

/** What {@link Skitai.enableCachefs} may be told. */
export interface CachefsOptions {
  memmax?: Size;
  diskmax?: Size;
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
  alias(name: string, kind: string, members: string | readonly string[], options: AliasOptions = {}): this {
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
    this.#before("enableSsl()");
    this.#plan.tls = { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
    return this;
  }

  /** Adds a certificate for one server name, or for `*.domain` (SNI). {@link enableSsl} gives the one for all others. */
  addCertificate(name: string, cert: string, key: string, passphrase?: string): this {
    this.#before("addCertificate()");
    this.#plan.certificates[name] = { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
    return this;
  }

  /** Sends whoever comes to a plain port to HTTPS. */
  enableForward(port = 80, toPort = 443): this {
    this.#before("enableForward()");
    this.#plan.forwards.push({ port, toPort });
    return this;
  }

  /** Lets clients keep files below a URL prefix for so many seconds; the longest prefix counts, 0 is never. */
  setMaxAge(prefix: string, seconds: number): this {
    this.#before("setMaxAge()");
    this.#plan.maxAge[prefix] = seconds;
    return this;
  }

  /** How long an idle connection is kept; 0 is for ever. @default "30s" */
  setKeepAlive(time: Duration): this {
    this.#before("setKeepAlive()");
    this.#plan.engine.keepAlive = time;
    return this;
  }

  /** Longest gap between packets of a request or of its answer while the client owes something; 0 is for ever. @default "30s" */
  setRequestTimeout(time: Duration): this {
    this.#before("setRequestTimeout()");
    this.#plan.engine.requestTimeout = time;
    return this;
  }

  /** How long idle connections to other servers are kept. @default "4s" */
  setBackendKeepAlive(time: Duration): this {
    this.#before("setBackendKeepAlive()");
    this.#plan.client.keepAlive = time;
    return this;
  }

  /** How many results `cache()` keeps in each worker. @default 100 */
  setMaxRcache(count: number): this {
    this.#before("setMaxRcache()");
    this.#plan.client.maxResults = count;
    return this;
  }

  /**
   * Keeps what other servers answer to `was`, as they allow it (RFC 9111): in memory, on disk, or both. 0 is none.
   *
   * @param path the directory for what is on disk. Default `cachefs` below `varPath`.
   * @example skitai.enableCachefs({ memmax: "10mb", diskmax: "100mb", path: "/var/tmp/skitai/cache" });
   */
  enableCachefs({ memmax = 0, diskmax = 0, path }: CachefsOptions = {}): this {
    this.#before("enableCachefs()");
    this.#plan.cachefs = { memory: size(memmax, "memmax"), disk: size(diskmax, "diskmax"), path };
    return this;
  }

  /**
   * Replaces a worker whose CPU load stays too high: above `cpuPercent` in more than `continuous` samples in a row.
   *
   * @param interval between samples. Default `"20s"`; 0 turns it off.
   */
  setWorkerCriticalPoint(cpuPercent = 90, continuous = 3, interval: Duration = "20s"): this {
    this.#before("setWorkerCriticalPoint()");
    this.#plan.criticalPoint = { cpuPercent, continuous, interval };
    return this;
  }

  /**
   * Starts the service, or does what the command line says: `start`, `stop`, `restart`, `status`. In a worker it serves.
   * A failure to start is told in one line, and the process ends with exit code 1.
   */
  async run(options: SkitaiRunOptions = {}): Promise<Service | undefined> {
    this.#before("A second run()");
    this.#running = true;
    return runService(this.#plan, options);
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
