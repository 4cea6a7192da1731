import { statSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ReactorError, reasonOf } from "../errors.ts";
import type { Preference } from "./types.ts";

const endings = ["", ".ts", ".js", ".mts", ".mjs", ".cts", ".cjs"];

/** Where packages keep the app that they export, below their own directory. */
const exported = ["export", "skitai"];

/** The module file that a name stands for, its ending added where it was left out; undefined when there is none. */
export const findModuleFile = (directory: string, name: string): string | undefined =>
  endings
    .map((ending) => resolve(directory, name + ending))
    .find((file) => extname(file) !== "" && statSync(file, { throwIfNoEntry: false })?.isFile());

/**
 * The app file that an installed package exports: `export/skitai/app` in its directory, or another file there.
 *
 * @param file for packages with several versions, such as `"app_v1"`.
 */
export const findExportedApp = (directory: string, packageName: string, file = "app"): string | undefined => {
  const manifest = packageManifest(directory, packageName);
  return manifest && findModuleFile(join(dirname(manifest), ...exported), file);
};

/** The name by which `was.apps` knows the app of a file. */
export const appNameOf = (file: string): string => basename(file, extname(file));

export interface LoadedFrom {
  /** As it was written in `mount()`. */
  value: string;
  point: string;
}

/**
 * Loads a module and takes the app out of it: the export of that name, or else the default export when no name was asked for.
 *
 * @throws SKITAI_REACTOR_MODULE_FAILED, SKITAI_REACTOR_EXPORT_NOT_FOUND
 */
export const loadApp = async (file: string, name: string | undefined, from: LoadedFrom): Promise<unknown> => {
  const module = await load(file, from);
  const app = module[name ?? "app"] ?? (name === undefined ? module["default"] : undefined);
  if (app === undefined) {
    const exports = Object.keys(module).join(", ") || "nothing";
    throw new ReactorError("SKITAI_REACTOR_EXPORT_NOT_FOUND", { ...from, name: name ?? '"app" or default', exports });
  }
  return app;
};

/**
 * Runs `bootstrap(pref)` of the `bootstrap.ts` (or `.js`) beside an app file, where there is one: it may fill the preference or mount more.
 *
 * @throws SKITAI_REACTOR_MODULE_FAILED
 */
export const runBootstrap = async (file: string, pref: Preference, from: LoadedFrom): Promise<void> => {
  const script = findModuleFile(dirname(file), "bootstrap");
  if (script === undefined || script === file) return;
  const { bootstrap } = await load(script, from);
  if (typeof bootstrap !== "function") return;
  try {
    await bootstrap(pref);
  } catch (cause) {
    throw new ReactorError("SKITAI_REACTOR_MODULE_FAILED", { ...from, reason: `its bootstrap: ${reasonOf(cause)}` }, { cause });
  }
};

const load = async (file: string, from: LoadedFrom): Promise<Record<string, unknown>> => {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new ReactorError("SKITAI_REACTOR_MODULE_FAILED", { ...from, reason: reasonOf(cause) }, { cause });
  }
};

const packageManifest = (directory: string, name: string): string | undefined => {
  if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name)) return undefined;
  try {
    return findPackageJSON(name, pathToFileURL(join(directory, "script.js")));
  } catch {
    return undefined;
  }
};
