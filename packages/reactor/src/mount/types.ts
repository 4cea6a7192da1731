import type { Was, WasClass } from "../was/was.ts";
import type { Wac } from "../was/wac.ts";

/**
 * Run-time preference of a mount: each property overrides the app's property of that name, and the items of `config` are merged into `app.config`.
 *
 * @example
 * mount("/v1", "app_v1.ts", { pref: { debug: true, config: { pageSize: 20 } } });
 */
export interface Preference {
  config?: Record<string, unknown>;
  [property: string]: unknown;
}

/** One line of the mount table. */
export interface Mount {
  /** Where it is mounted: `""` for the root, else `"/x"` or `"/x/y"`, without a slash at the end. */
  readonly point: string;
  /** The virtual host rule: `"default"`, or blank-separated names. */
  readonly host: string;
  /** The name that `was.apps["name"]` and `was.ab("name.route")` know: the module's file name without its ending, or the name given. */
  readonly name: string;
  readonly app: MountedApp;
}

/** What an app gets when it is mounted. */
export interface MountSite {
  readonly wac: Wac;
  readonly point: string;
  readonly host: string;
  readonly name: string;
  readonly pref: Preference | undefined;
  /** This process takes the place of a worker that served before: after a reload, a restart or a crash. */
  readonly successor?: boolean;
  /** The engine's `was` class. An app may extend it and hand its own class back as {@link MountedApp.Was}. */
  readonly Was: WasClass;
}

/**
 * An app as the engine sees it. Everything that is mounted, of whatever framework, becomes one of these.
 */
export interface MountedApp {
  /** The app object that the user wrote; `was.apps["name"]` is this. */
  readonly target: unknown;
  /** The class of the `was` object of requests to this app; the engine's own when absent. */
  readonly Was?: WasClass;
  /** Body-size limits in bytes that differ from the engine's. */
  readonly maxPostBodySize?: number;
  readonly maxMultipartBodySize?: number;
  /** The app reads bodies by itself, so that `Expect: 100-continue` is left to it ({@link Was.continue}). */
  readonly answersExpect?: boolean;
  /**
   * Answers on `was.res`. A throw or a rejection becomes an error page.
   * Where nothing matched and `pass` is given, the app calls it instead of answering 404: another server stands around this engine.
   */
  handle(was: Was, pass?: () => void): void | Promise<void>;
  /** All apps are mounted, the engine is about to listen. */
  mounted?(): void | Promise<void>;
  /** The engine drains. */
  beforeUmount?(): void | Promise<void>;
  /** The engine has answered its last request. */
  umounted?(): void | Promise<void>;
  /** Directories and files whose change asks for a new worker, when the app wants reloading. */
  readonly watch?: readonly string[];
  /** Tells the app of an event of the service, such as `model-changed:tables.users`. It must not throw. */
  emit?(event: string, args: readonly unknown[]): void;
  /** A section of the status page. */
  status?(): unknown;
}

/** The method by which an object tells that it can be mounted. Saddle apps have it, and so may yours. */
export const mountable: unique symbol = Symbol.for("skitai.mountable") as never;

/** An app that knows this engine: it makes itself ready for one place in the mount table. */
export interface Mountable {
  [mountable](site: MountSite): MountedApp | Promise<MountedApp>;
}
