import type { AliasKind } from "../constants.ts";
import { EventEmitter } from "node:events";
import { ReactorError } from "../errors.ts";
import type { Stage } from "../host/virtual-host.ts";
import { mountRequest, type MountOptions, type MountRequest, type MountTarget } from "../mount/mount-request.ts";
import { parseAlias, type AliasOptions } from "../upstream/alias.ts";
import type { Upstreams } from "../upstream/upstreams.ts";
import type { MemberFactory, Wac } from "../was/wac.ts";
import type { Additions, EngineEvents, HelperProcess, MountResolver, Plugin } from "./plugin.ts";

/** What an engine is told before it serves: what it mounts, and what plugins add. */
export abstract class Extensible {
  /** The engine-wide context that all apps share. */
  abstract readonly wac: Wac;
  /** Clusters made of the aliases. */
  abstract readonly upstreams: Upstreams;
  protected readonly plugins: Plugin[] = [];
  protected readonly requests: MountRequest[] = [];
  protected readonly additions: Additions = { resolvers: [], stages: [], helpers: [], sections: new Map() };
  protected readonly events: EventEmitter<EngineEvents> = new EventEmitter<EngineEvents>();
  /** All plugins have run. */
  protected plugged = false;
  /** A master has what it needs of the plugins. */
  protected complete = false;
  /** Plugins and bootstraps have mounted what they want, and apps are being loaded. */
  protected loading = false;

  /**
   * Adds a plugin; it runs before the first request, in the order of these calls.
   *
   * @throws SKITAI_REACTOR_ALREADY_LISTENING when all plugins have run.
   */
  use(plugin: Plugin): this {
    if (this.plugged) throw new ReactorError("SKITAI_REACTOR_ALREADY_LISTENING", { what: "use()" });
    if (typeof plugin !== "function")
      throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "use()", value: plugin, hint: "A plugin is a function of the engine." });
    this.plugins.push(plugin);
    return this;
  }

  /**
   * Names a group of servers of one kind.
   *
   * @throws SKITAI_REACTOR_BAD_ALIAS
   * @example engine.alias("@members", "http", ["u:p@10.0.0.1:5001 20", "10.0.0.2:5001 10"], { role: "admin" });
   */
  alias(name: string, kind: AliasKind, members: string | readonly string[], options: AliasOptions = {}): this {
    this.upstreams.define(parseAlias(name, kind, members, options));
    return this;
  }

  /**
   * Puts a directory, an app or an alias at a place of the URL space. A file wins over an app, the longest mount point over shorter ones.
   *
   * @throws SKITAI_REACTOR_BAD_MOUNT_POINT, SKITAI_REACTOR_BAD_HOST, SKITAI_REACTOR_BAD_MOUNT_TARGET; what can only be seen on disk shows in `prepare()`.
   */
  mount(point: string, target: MountTarget, options: MountOptions = {}): this {
    this.beforeLoading("mount()");
    this.requests.push(mountRequest(point, target, options));
    return this;
  }

  /** Adds a member to `was` and `wac`, made at its first use in each request. @throws SKITAI_REACTOR_NAME_TAKEN */
  define(name: string, make: MemberFactory): this {
    this.wac.define(name, make);
    return this;
  }

  /** Adds a way to serve `@alias` mounts. @throws SKITAI_REACTOR_ALREADY_LISTENING when apps are being loaded. */
  resolve(resolver: MountResolver): this {
    this.beforeLoading("resolve()");
    this.additions.resolvers.push(resolver);
    return this;
  }

  /** Adds a step between files and apps, in every virtual host. @throws SKITAI_REACTOR_ALREADY_LISTENING when apps are being loaded. */
  stage(stage: Stage): this {
    this.beforeLoading("stage()");
    this.additions.stages.push(stage);
    return this;
  }

  /** Adds a process that the master keeps alive. @throws SKITAI_REACTOR_ALREADY_LISTENING when `prepare()` is over. */
  helper(helper: HelperProcess): this {
    if (this.complete) throw new ReactorError("SKITAI_REACTOR_ALREADY_LISTENING", { what: "helper()" });
    this.additions.helpers.push(helper);
    return this;
  }

  /** Processes that plugins want to have running beside the workers. */
  get helpers(): readonly HelperProcess[] {
    return this.additions.helpers;
  }

  /** Adds a section to the status page, at any time. */
  section(name: string, report: () => unknown): this {
    this.additions.sections.set(name, report);
    return this;
  }

  on<Name extends keyof EngineEvents>(event: Name, listener: (...args: EngineEvents[Name]) => void): this {
    this.events.on(event, listener as never);
    return this;
  }

  /** @throws SKITAI_REACTOR_ALREADY_LISTENING when apps are being loaded. */
  protected beforeLoading(what: string): void {
    if (this.loading) throw new ReactorError("SKITAI_REACTOR_ALREADY_LISTENING", { what });
  }
}
