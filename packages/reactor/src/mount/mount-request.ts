import { statSync } from "node:fs";
import { resolve } from "node:path";
import { ReactorError } from "../errors.ts";
import { defaultHost } from "../host/host-table.ts";
import { parseHostRule } from "../host/host-rule.ts";
import type { NodeListener } from "../http/types.ts";
import { optional, refuseUnknown } from "../internal/check-options.ts";
import { findExportedApp, findModuleFile } from "./module-file.ts";
import { normalizeMountPoint } from "./mount-point.ts";
import type { Mountable, Preference } from "./types.ts";

/**
 * What can be mounted: a directory, a module file or package by name, a package with a file of its own, `@alias`, or an app object.
 * A function written in place is taken for a listener by its types; any other app is an `object` here, and known when it is mounted.
 */
export type MountTarget = string | readonly [packageName: string, file: string] | Mountable | NodeListener | object;

export interface MountOptions {
  /** Virtual host: a name, `.domain`, `*.domain`, several separated by blanks. @default "default" */
  host?: string;
  /** Of a module file: the name of the export that is the app. @default "app", else the default export */
  app?: string;
  /** Overrides attributes and configuration of the app. */
  pref?: Preference;
  /** The name for `was.apps["name"]` and `was.ab("name.route")`. @default the file's name without ending; of an app object, the last part of its mount point, or "app" at the root */
  name?: string;
}

/** A `mount()` call, checked but not yet carried out. */
export interface MountRequest {
  readonly point: string;
  readonly host: string;
  readonly target: MountTarget;
  readonly options: MountOptions;
}

/** What a target turned out to be. */
export type FoundTarget =
  | { kind: "directory"; directory: string }
  | { kind: "file"; file: string }
  | { kind: "alias"; alias: string }
  | { kind: "object"; object: object };

const mountOptionNames: Readonly<Record<keyof Required<MountOptions>, true>> = { host: true, app: true, pref: true, name: true };

/** @throws SKITAI_REACTOR_BAD_MOUNT_POINT, SKITAI_REACTOR_BAD_HOST, SKITAI_REACTOR_BAD_MOUNT_TARGET, SKITAI_REACTOR_BAD_OPTION */
export const mountRequest = (point: string, target: MountTarget, options: MountOptions): MountRequest => {
  refuseUnknown("mount()", options, mountOptionNames);
  const host = optional("host", options.host, "string") ?? defaultHost;
  if (host !== defaultHost) parseHostRule(host);
  const inner = normalizeMountPoint(point);
  if (
    target === "" ||
    target === undefined ||
    target === null ||
    (typeof target !== "object" && typeof target !== "function" && typeof target !== "string")
  ) {
    throw new ReactorError("SKITAI_REACTOR_BAD_MOUNT_TARGET", {
      value: target,
      point,
      hint: "a directory, a module file, an app or an @alias is needed.",
    });
  }
  return { point: inner, host, target, options: { ...options } };
};

/**
 * Looks a target up on disk without loading anything.
 *
 * @throws SKITAI_REACTOR_TARGET_NOT_FOUND
 */
export const findTarget = ({ target, point }: MountRequest, directory: string): FoundTarget => {
  if (Array.isArray(target))
    return fileOf(findExportedApp(directory, String(target[0]), String(target[1])), target.join("/"), point, directory);
  if (typeof target !== "string") return { kind: "object", object: target };
  if (target.startsWith("@") && !target.includes("/")) return { kind: "alias", alias: target };
  const path = resolve(directory, target);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return { kind: "directory", directory: path };
  return fileOf(findModuleFile(directory, target) ?? findExportedApp(directory, target), target, point, directory);
};

const fileOf = (file: string | undefined, value: string, point: string, directory: string): FoundTarget => {
  if (file === undefined) throw new ReactorError("SKITAI_REACTOR_TARGET_NOT_FOUND", { value, point: point || "/", directory });
  return { kind: "file", file };
};
