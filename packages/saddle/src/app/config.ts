import { size, type MountSite, type Preference, type Size } from "@skitai/reactor";
import { SaddleError } from "../errors.ts";

/** Limits of an app, and whatever else it wants to keep: `app.config.pageSize = 20`. A mount may override each with `pref.config`. */
export interface SaddleConfig {
  /** Largest request body but multipart forms; beyond it is 413. @default "5mb" */
  maxPostBodySize: Size;
  /** Largest multipart form. @default "20mb" */
  maxMultipartBodySize: Size;
  /** Largest multipart form that is collected into memory; a longer one is left to `was.request.stream`. @default "5mb" */
  maxCacheSize: Size;
  /** The status for arguments that do not fit their declaration. Clients of the Python original expect 508. @default 400 */
  argumentErrorStatus: number;
  [name: string]: unknown;
}

export const defaultConfig = (): SaddleConfig => ({
  maxPostBodySize: "5mb",
  maxMultipartBodySize: "20mb",
  maxCacheSize: "5mb",
  argumentErrorStatus: 400,
});

/** Sizes of bodies in bytes; undefined where the app says nothing and the engine's apply. */
export interface BodyLimits {
  readonly maxPostBodySize: number | undefined;
  readonly maxMultipartBodySize: number | undefined;
  readonly maxCacheSize: number;
}

/**
 * Reads the limits of an app as it is mounted.
 *
 * @throws SKITAI_REACTOR_BAD_SIZE, SKITAI_SADDLE_BAD_OPTION naming the property.
 */
export const bodyLimits = (config: SaddleConfig, maxClientBodySize: Size | undefined): BodyLimits => {
  const defaults = defaultConfig();
  const own = (name: "maxPostBodySize" | "maxMultipartBodySize"): number | undefined =>
    config[name] === defaults[name] ? undefined : size(config[name], `config.${name}`);
  const { argumentErrorStatus: status } = config;
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", {
      what: "config.argumentErrorStatus",
      value: status,
      hint: "Use a status from 400 to 599.",
    });
  }
  const all = maxClientBodySize === undefined ? undefined : size(maxClientBodySize, "maxClientBodySize");
  return {
    maxPostBodySize: all ?? own("maxPostBodySize"),
    maxMultipartBodySize: all ?? own("maxMultipartBodySize"),
    maxCacheSize: size(config.maxCacheSize, "config.maxCacheSize"),
  };
};

/**
 * An app as one mount sees it: properties of `pref` stand before the app's own, `pref.config` before its config. Other properties are the
 * app's, read and written.
 */
export const viewOf = <App extends object & { config: SaddleConfig }>(app: App, site: Pick<MountSite, "pref">, own: object): App => {
  const { config, ...properties }: Preference = site.pref ?? {};
  const overrides: Record<PropertyKey, unknown> = Object.assign(Object.create(null), properties, own);
  if (config) overrides["config"] = Object.assign(Object.create(app.config), config);
  return new Proxy(app, {
    get: (target, name, receiver) => (name in overrides ? overrides[name] : Reflect.get(target, name, receiver)),
    set: (target, name, value) => {
      if (name in overrides) overrides[name] = value;
      else Reflect.set(target, name, value);
      return true;
    },
    has: (target, name) => name in overrides || name in target,
  });
};
