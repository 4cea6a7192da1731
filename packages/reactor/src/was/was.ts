import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { NodeRequest, NodeResponse } from "../http/types.ts";
import { needThreads } from "../threads/need-threads.ts";
import type { ThreadCallOptions, ThreadFunction, UnknownFunction } from "../threads/types.ts";
import { describeError } from "../log/traceback.ts";
import type { Mount } from "../mount/types.ts";
import type { WasServices } from "../index.ts";
import type { EngineServices, StatusReport } from "./services.ts";
import { Transaction } from "./transaction.ts";
import type { Wac } from "./wac.ts";

// What merging adds is put on the prototype by the engine, so nothing is left uninitialised.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Was extends WasServices {}

/**
 * The context of one request: everything that an app needs from its engine. One small object is made for each request; what it offers is
 * on the class, and built at first use. Apps may extend it (Saddle does).
 */
export class Was {
  /** The real Node request. */
  readonly req: NodeRequest;
  /** The real Node response. */
  readonly res: NodeResponse;
  /** The mount that answers; undefined while no app is involved (files, errors of the engine). */
  readonly mount: Mount | undefined;
  /** The request's path as it was sent, without query and not decoded. */
  readonly path: string;
  /** `performance.now()` of the request's arrival in milliseconds, or 0 when nothing measures it. */
  readonly startedAt: number;
  /** The name of the user, once somebody has authenticated one; the request log shows it. */
  userName: string | undefined = undefined;
  #transaction: Transaction | undefined = undefined;
  #held: Promise<void> | undefined = undefined;

  constructor(req: NodeRequest, res: NodeResponse, mount: Mount | undefined, path: string, startedAt: number) {
    this.req = req;
    this.res = res;
    this.mount = mount;
    this.path = path;
    this.startedAt = startedAt;
  }

  /** The engine-wide context. On the prototype: one for all requests. */
  declare readonly wac: Wac;
  /** What the engine does for `was`, for frameworks that extend it. On the prototype. */
  declare readonly services: EngineServices;

  /** The global and local ids of this request, for following one transaction through several servers. */
  get transaction(): Transaction {
    return (this.#transaction ??= Transaction.of(this.req, this.services.identity));
  }

  /** The global transaction id, `GTID-...`, at most 64 characters. */
  get gtxid(): string {
    return this.transaction.gtxid;
  }

  /** The local transaction id; 1000 for the first server, 1000 more for each that it calls. */
  get ltxid(): number {
    return this.transaction.ltxid;
  }

  /** `GTID/LTID`, as the logs show it. */
  txnid(): string {
    return `${this.transaction.gtxid}/${this.transaction.ltxid}`;
  }

  /** The client's address: the peer's, or, behind trusted proxies, the first one that is not trusted in `X-Forwarded-For`. */
  get remoteAddress(): string {
    return this.services.proxies.clientAddress(this.req);
  }

  /** `"https"` on TLS, or as a trusted proxy says in `X-Forwarded-Proto`. */
  get scheme(): "http" | "https" {
    return this.services.proxies.scheme(this.req);
  }

  /** Host and port that the client asked for, lower-case; from a trusted proxy its `X-Forwarded-Host`. */
  get host(): string {
    return this.services.proxies.host(this.req);
  }

  /** The URL prefix under which the app is reached: what stands in front of this engine (`req.baseUrl`) and the mount point. */
  get baseUrl(): string {
    return outerBase(this.req) + (this.mount?.point ?? "");
  }

  /** What stands in front of this engine in the URL: `"/api"` where another server has mounted it there, `""` where nothing has. */
  get outerUrl(): string {
    const { baseUrl } = this;
    return baseUrl.slice(0, baseUrl.length - (this.mount?.point.length ?? 0));
  }

  /** The engine's logger, free configuration and apps, as on `wac`. */
  get logger(): Wac["logger"] {
    return this.wac.logger;
  }

  get config(): Record<string, unknown> {
    return this.wac.config;
  }

  /** Apps by name that are mounted in the same virtual host. */
  get apps(): Record<string, unknown> {
    return this.services.appsOf(this.mount?.host ?? "default");
  }

  /**
   * Writes a line into a log: `2026.11.20 20:27:32 [info:GTID/LTID] message`.
   *
   * @param at the log: `"app"`, `"server"`, or one made with `wac.logger.makeLogger`.
   */
  log(message: string, category = "info", at = "app"): void {
    this.wac.logger.get(at).log(message, category, this.txnid());
  }

  /** Writes an error with its stack into a log, several rows under one head line. */
  traceback(error: unknown, id = "", at = "app"): void {
    this.wac.logger.get(at).log(describeError(error), "expt", id || this.txnid());
  }

  /**
   * The engine's state, section by section: as an HTML page, or as an object. Secrets are in neither.
   *
   * @param filter the name of one section.
   * @param fancy false for the object.
   */
  status(filter?: string, fancy?: true): string;
  status(filter: string | undefined, fancy: false): StatusReport;
  status(filter?: string, fancy = true): string | StatusReport {
    return fancy ? this.services.statusPage(filter) : this.services.status(filter);
  }

  /** A path for a temporary file that nobody uses: below `varPath`, or in the system's directory for such files. Nothing is created. */
  gentemp(): string {
    return join(this.services.temporaryPath, `skitai-${randomUUID()}`);
  }

  /**
   * Notes that something was updated now, for {@link getlu} in all workers, and tells `model-changed` and `model-changed:<key>` to the
   * engine's listeners and to every app, in every worker, with these arguments (`model-changed` has the key in front of them).
   *
   * The answer to this request is not sent before all workers know. Where an app writes to the Node response by itself (Express, Koa,
   * Fastify, Nest, a plain listener), await it.
   *
   * @param key one of those declared with `addlu`.
   * @param args JSON-like.
   * @throws SKITAI_REACTOR_NO_UPDATE_KEYS, SKITAI_REACTOR_UPDATE_KEY_UNKNOWN
   * @example await was.setlu("tables.users", { id: 7 });
   */
  setlu(key: string, ...args: readonly unknown[]): Promise<void> {
    const done = this.services.updates.set(key, args);
    this.hold(done);
    return done;
  }

  /**
   * When the newest of these keys was updated, in milliseconds since the epoch. One that never was counts as updated when the service
   * started, which is the same moment in all workers.
   *
   * @throws SKITAI_REACTOR_NO_UPDATE_KEYS, SKITAI_REACTOR_UPDATE_KEY_UNKNOWN
   * @example was.backend("@mydb", { useCache: was.getlu("tables.users", "tables.photos") })
   */
  getlu(...keys: readonly string[]): number {
    return this.services.updates.get(keys);
  }

  /**
   * Calls a function of a module in another thread, for work that would hold up every other request: hashing, parsing, blocking drivers.
   *
   * @param module a URL, or a path below the engine's directory.
   * @param how the name of the export (`"default"` for that), or the call's options.
   * @throws SKITAI_REACTOR_NO_THREADS with `threads: 0`, and as {@link ThreadCall}.
   * @example await was.thread<typeof work.hash>(new URL("./work.ts", import.meta.url), "hash", "secret");
   */
  async thread<Called extends ThreadFunction = UnknownFunction>(
    module: string | URL,
    how: string | ThreadCallOptions,
    ...args: Parameters<Called>
  ): Promise<Awaited<ReturnType<Called>>> {
    return needThreads(this.services.threads).run<Called>(module, how, ...args);
  }

  /**
   * Lets the answer wait for something: {@link respond} sends nothing before it is settled. A failure is noted in the app log, and the
   * answer goes out.
   */
  hold(until: Promise<unknown>): void {
    const before = this.#held;
    const noted = until.then(nothing, (error: unknown) => this.traceback(error));
    const held = (before ? before.then(() => noted) : noted).then(() => {
      if (this.#held === held) this.#held = undefined;
    });
    this.#held = held;
  }

  /** What the answer waits for; it never fails. Undefined for nothing. */
  get held(): Promise<void> | undefined {
    return this.#held;
  }

  /** Replaces this worker by a new one; in a single process the process starts anew. */
  restart(): void {
    this.services.lifecycle("restart");
  }

  /** Ends this worker; in a single process the engine. */
  shutdown(): void {
    this.services.lifecycle("shutdown");
  }

  /** Tells a client that sent `Expect: 100-continue` to send its body. Harmless at any other time. */
  continue(): void {
    if (!this.services.awaitsContinue(this.req)) return;
    this.res.writeContinue();
  }
}

const nothing = (): void => {};

/** A class of `was` objects: the engine's own, or one that an app derived from it. */
export type WasClass = typeof Was;

const outerBase = (req: NodeRequest): string => {
  const base: unknown = Reflect.get(req, "baseUrl");
  return typeof base === "string" ? base : "";
};
