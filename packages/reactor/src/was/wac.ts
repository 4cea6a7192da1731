import type { EngineCoordinator } from "../coordination/engine-coordinator.ts";
import type { LastUpdates } from "../coordination/last-updates.ts";
import type { Coordinator } from "../coordination/types.ts";
import { ReactorError } from "../errors.ts";
import type { WasServices } from "../index.ts";
import type { Logger } from "../log/logger.ts";
import { needThreads } from "../threads/need-threads.ts";
import type { ThreadPool } from "../threads/thread-pool.ts";
import type { ThreadCallOptions, ThreadFunction, UnknownFunction } from "../threads/types.ts";
import type { WasClass } from "./was.ts";

/** Members that `wac.register` and plugins add are typed by declaration merging into `WasServices`; see {@link Was}. */
export interface WacOptions {
  readonly name: string;
  readonly logger: Logger;
  readonly config: Record<string, unknown>;
  /** Which worker this process is: `"M"` for the master or a single process, else `"W0"`, `"W1"`, ... */
  readonly workerId: string;
  readonly workers: number;
  readonly coordination: EngineCoordinator;
  readonly updates: LastUpdates;
  readonly threads: ThreadPool | undefined;
}

/** What each `was` has of its own, and its class therefore does not show. */
const ownMembers: ReadonlySet<string> = new Set(["req", "res", "mount", "path", "startedAt", "userName"]);

/** A member of `was` and `wac`: a fixed value, or made for each context at its first use. */
export type MemberFactory = (context: object) => unknown;

// What merging adds is put on each wac by the engine, so nothing is left uninitialised.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Wac extends WasServices {}

/**
 * The engine-wide context: what all apps of one engine share. Every `was` sees what `wac` has.
 *
 * @example
 * app.beforeMount((wac) => wac.register("searcher", new Searcher()));
 * app.route("/", (was) => was.searcher.query("ipad"));
 */
export class Wac {
  /** The engine's name. */
  readonly name: string;
  readonly logger: Logger;
  /** The engine's free configuration. */
  readonly config: Record<string, unknown>;
  readonly workerId: string;
  /** How many workers serve; 0 when everything runs in one process. */
  readonly workers: number;
  /** Mounted apps by name, over all virtual hosts; the first of a name wins. */
  readonly apps: Record<string, unknown> = Object.create(null);
  /** What was registered, by name, in that order. */
  readonly registered: ReadonlyMap<string, unknown>;
  readonly #registered = new Map<string, unknown>();
  readonly #Was: WasClass;
  readonly #coordination: EngineCoordinator;
  readonly #updates: LastUpdates;
  readonly #threads: ThreadPool | undefined;

  constructor(options: WacOptions, Was: WasClass) {
    this.name = options.name;
    this.logger = options.logger;
    this.config = options.config;
    this.workerId = options.workerId;
    this.workers = options.workers;
    this.registered = this.#registered;
    this.#Was = Was;
    this.#coordination = options.coordination;
    this.#updates = options.updates;
    this.#threads = options.threads;
  }

  /** What this engine's workers share: messages, update times, leases, counters. */
  get coordinator(): Coordinator {
    return this.#coordination.get();
  }

  /** As {@link Was.thread}, outside requests. */
  async thread<Called extends ThreadFunction = UnknownFunction>(
    module: string | URL,
    how: string | ThreadCallOptions,
    ...args: Parameters<Called>
  ): Promise<Awaited<ReturnType<Called>>> {
    return needThreads(this.#threads).run<Called>(module, how, ...args);
  }

  /** As {@link Was.setlu}, outside requests. Resolves when every worker knows. */
  setlu(key: string, ...args: readonly unknown[]): Promise<void> {
    return this.#updates.set(key, args);
  }

  /** As {@link Was.getlu}. */
  getlu(...keys: readonly string[]): number {
    return this.#updates.get(keys);
  }

  /**
   * Makes an object visible as `wac.name` here and as `was.name` in every app.
   *
   * @throws SKITAI_REACTOR_NAME_TAKEN when `was` or `wac` has a member of that name.
   */
  register(name: string, value: unknown): void {
    this.#claim(name);
    this.#registered.set(name, value);
    const property = { value, configurable: true, enumerable: true, writable: false };
    Object.defineProperty(this, name, property);
    Object.defineProperty(this.#Was.prototype, name, property);
  }

  /** @throws SKITAI_REACTOR_NAME_UNKNOWN when {@link register} did not put it there. */
  unregister(name: string): void {
    if (!this.#registered.delete(name)) throw new ReactorError("SKITAI_REACTOR_NAME_UNKNOWN", { name, value: name });
    Reflect.deleteProperty(this, name);
    Reflect.deleteProperty(this.#Was.prototype, name);
  }

  /**
   * Adds a member that is made at its first use in each context (a request's `was`, or this `wac`) and kept there.
   *
   * @throws SKITAI_REACTOR_NAME_TAKEN as {@link register}.
   */
  define(name: string, make: MemberFactory): void {
    this.#claim(name);
    const property: PropertyDescriptor & ThisType<object> = {
      configurable: true,
      enumerable: true,
      get() {
        const value = make(this);
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true });
        return value;
      },
    };
    Object.defineProperty(this, name, property);
    Object.defineProperty(this.#Was.prototype, name, property);
  }

  #claim(name: string): void {
    if (ownMembers.has(name) || name in this || name in this.#Was.prototype)
      throw new ReactorError("SKITAI_REACTOR_NAME_TAKEN", { name, value: name });
  }
}
