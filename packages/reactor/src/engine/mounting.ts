import { ReactorError } from "../errors.ts";
import { adaptForeign } from "../foreign/adapt.ts";
import type { HostTable } from "../host/host-table.ts";
import { appNameOf, loadApp, runBootstrap } from "../mount/module-file.ts";
import { findTarget, type FoundTarget, type MountRequest } from "../mount/mount-request.ts";
import { mountable, type Mountable, type MountedApp, type MountSite, type Preference } from "../mount/types.ts";
import type { WasClass } from "../was/was.ts";
import type { Wac } from "../was/wac.ts";
import { FileStore } from "../static/file-store.ts";
import { StaticFiles } from "../static/static-files.ts";
import type { ResolvedEngineOptions } from "./options.ts";
import type { Additions } from "./plugin.ts";

export interface MountingParts {
  readonly directory: string;
  readonly hosts: HostTable;
  readonly wac: Wac;
  readonly Was: WasClass;
  readonly additions: Additions;
  /** This process takes the place of a worker that served before. */
  readonly isSuccessor: () => boolean;
}

/**
 * Carries out mount requests: {@link find} looks a target up on disk, {@link load} loads it and puts it into the table.
 */
export class Mounting {
  readonly #parts: MountingParts;
  readonly #found = new Map<MountRequest, FoundTarget>();
  readonly #bootstrapped = new Set<MountRequest>();

  constructor(parts: MountingParts) {
    this.#parts = parts;
  }

  /**
   * Checks that a target exists and runs the bootstrap beside it; loads no app.
   *
   * @throws SKITAI_REACTOR_TARGET_NOT_FOUND
   */
  async find(request: MountRequest): Promise<void> {
    const found = findTarget(request, this.#parts.directory);
    this.#found.set(request, found);
    if (found.kind !== "file" || this.#bootstrapped.has(request)) return;
    this.#bootstrapped.add(request);
    await runBootstrap(found.file, preferenceOf(request), {
      value: typeof request.target === "string" ? request.target : found.file,
      point: request.point || "/",
    });
  }

  /** @throws SKITAI_REACTOR_MODULE_FAILED and the other errors of mounting */
  async load(request: MountRequest): Promise<void> {
    const found = this.#found.get(request) ?? findTarget(request, this.#parts.directory);
    const host = this.#parts.hosts.of(request.host);
    if (found.kind === "directory") return void host.directories.push({ point: request.point, directory: found.directory });
    const site = this.#site(request, found);
    const app = await this.#app(request, found, site);
    const replaced = host.add({ point: request.point, host: request.host, name: site.name, app });
    const { apps, logger } = this.#parts.wac;
    apps[site.name] ??= app.target;
    if (replaced)
      logger.get("server").log(`${request.point || "/"} was mounted twice in host ${request.host}: the later app serves it`, "warn");
    else if (host.apps[site.name] !== app.target)
      logger
        .get("server")
        .log(
          `two apps are named ${site.name} in host ${request.host}: was.apps knows the first; name the other with mount(..., { name })`,
          "warn",
        );
  }

  /** Makes the hosts ready to serve, and tells their apps. */
  async complete({
    maxAge,
    fileCacheSize,
    responses,
  }: Pick<ResolvedEngineOptions, "maxAge" | "fileCacheSize" | "responses">): Promise<void> {
    const { hosts, additions } = this.#parts;
    const store = new FileStore({ cacheSize: fileCacheSize, server: responses.server });
    for (const host of hosts) {
      host.stages.push(...additions.stages);
      if (host.directories.length > 0) host.files = new StaticFiles({ mounts: host.directories, maxAge, store, responses });
    }
    for (const host of hosts) for (const { app } of host.mounts) await app.mounted?.();
  }

  #site(request: MountRequest, found: FoundTarget): MountSite {
    const name =
      request.options.name ??
      (found.kind === "file" ? appNameOf(found.file) : request.point.slice(request.point.lastIndexOf("/") + 1) || "app");
    const { wac, Was } = this.#parts;
    return { wac, point: request.point, host: request.host, name, pref: request.options.pref, successor: this.#parts.isSuccessor(), Was };
  }

  async #app(request: MountRequest, found: FoundTarget, site: MountSite): Promise<MountedApp> {
    const point = request.point || "/";
    if (found.kind === "alias") return this.#resolve(found.alias, site);
    const value = typeof request.target === "string" ? request.target : found.kind === "file" ? found.file : "an object";
    const target =
      found.kind === "file" ? await loadApp(found.file, request.options.app, { value, point }) : (found as { object: object }).object;
    const app = isMountable(target) ? await target[mountable](site) : await adaptForeign(target, site);
    if (app) return app;
    const hint = "an app is a Saddle app, a (req, res) listener, an Express, Koa, Fastify or Nest app, or an object with fetch(request).";
    throw new ReactorError("SKITAI_REACTOR_BAD_MOUNT_TARGET", { value, point, hint });
  }

  async #resolve(alias: string, site: MountSite): Promise<MountedApp> {
    for (const resolver of this.#parts.additions.resolvers) {
      const app = await resolver(alias, site);
      if (app) return app;
    }
    throw new ReactorError("SKITAI_REACTOR_ALIAS_UNRESOLVED", { value: alias, point: site.point || "/" });
  }
}

/** A bootstrap finds `pref.config` there to be filled, also where the mount was given no preference. */
const preferenceOf = (request: MountRequest): Preference => {
  const pref = (request.options.pref ??= {});
  pref.config ??= {};
  return pref;
};

const isMountable = (target: unknown): target is Mountable =>
  target !== null && (typeof target === "object" || typeof target === "function") && typeof Reflect.get(target, mountable) === "function";
