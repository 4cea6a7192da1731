import { ReactorError, reasonOf } from "../errors.ts";
import type { Stage } from "../host/virtual-host.ts";
import type { MountedApp, MountSite } from "../mount/types.ts";
import type { Engine } from "./engine.ts";

/**
 * Adds to an engine what its author thought of: members of `was`, mount targets, stages of request handling, helper processes, sections of
 * the status page, listeners of its life. A plugin is a named function that does so by the methods of the engine.
 *
 * @example
 * const greeter: Plugin = (engine) => engine.define("greet", () => (name: string) => `Hello ${name}`);
 */
export type Plugin = (engine: Engine) => void | Promise<void>;

/** Turns the name of an alias that is mounted into an app; undefined when it knows no such alias. */
export type MountResolver = (alias: string, site: MountSite) => MountedApp | undefined | Promise<MountedApp | undefined>;

/** A process that the master keeps alive beside its workers. */
export interface HelperProcess {
  readonly name: string;
  /** The program and its arguments; no shell is involved. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What plugins have added. */
export interface Additions {
  readonly resolvers: MountResolver[];
  readonly stages: Stage[];
  readonly helpers: HelperProcess[];
  readonly sections: Map<string, () => unknown>;
}

/** What happens to an engine, and the arguments of its listeners. */
export interface EngineEvents {
  /** Plugins ran, all apps are mounted, nothing is served yet. */
  mounted: [];
  /** A listener is open. */
  listening: [address: string, port: number];
  /** No more connections are taken; requests under way are answered. */
  draining: [];
  /** Everything ended. */
  closed: [];
  /** Log files were renamed: other processes that write them have to open new ones. */
  rotated: [];
  /** A key of `addlu` was updated in some worker: the key, then what `setlu` was given. */
  "model-changed": [key: string, ...args: unknown[]];
  /** The same for one key: what `setlu` was given. */
  [event: `model-changed:${string}`]: unknown[];
  /** An app called `was.restart()`. */
  restart: [];
  /** An app called `was.shutdown()`. */
  shutdown: [];
}

/** Runs plugins one after the other. @throws SKITAI_REACTOR_PLUGIN_FAILED */
export const runPlugins = async (plugins: Iterable<Plugin>, engine: Engine): Promise<void> => {
  for (const plugin of plugins) {
    try {
      await plugin(engine);
    } catch (cause) {
      throw new ReactorError("SKITAI_REACTOR_PLUGIN_FAILED", { name: plugin.name, reason: reasonOf(cause) }, { cause });
    }
  }
};
