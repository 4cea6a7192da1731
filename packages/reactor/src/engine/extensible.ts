import { EventEmitter } from "node:events";
import { ReactorError } from "../errors.ts";
import type { Stage } from "../host/virtual-host.ts";
import type { MemberFactory, Wac } from "../was/wac.ts";
import type { Additions, EngineEvents, HelperProcess, MountResolver } from "./plugin.ts";

/** What can be added to an engine, mostly by plugins. */
export abstract class Extensible {
  /** The engine-wide context that all apps share. */
  abstract readonly wac: Wac;
  protected readonly additions: Additions = { resolvers: [], stages: [], helpers: [], sections: new Map() };
  protected readonly events: EventEmitter<EngineEvents> = new EventEmitter<EngineEvents>();
  /** A master has what it needs of the plugins. */
  protected complete = false;
  /** Plugins and bootstraps have mounted what they want, and apps are being loaded. */
  protected loading = false;

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
