import type { Mount } from "../mount/types.ts";
import type { StaticFiles } from "../static/static-files.ts";
import type { Was } from "../was/was.ts";

/**
 * A step of request handling between files and apps, added by plugins. It answers on `was.res` and returns true (or a promise of it), or
 * returns false to let the next one try.
 */
export interface Stage {
  readonly name: string;
  handle(was: Was): boolean | Promise<boolean>;
}

/** What one virtual host serves: its files, then its stages, then the app with the longest mount point. */
export class VirtualHost {
  /** The rule as it was written. */
  readonly name: string;
  files: StaticFiles | undefined;
  /** Directories in the order of their mounting, from which {@link files} is made. */
  readonly directories: { point: string; directory: string }[] = [];
  readonly stages: Stage[] = [];
  readonly apps: Record<string, unknown> = Object.create(null);
  /** Longest point first. */
  readonly #mounts: Mount[] = [];
  #root: Mount | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get mounts(): readonly Mount[] {
    return this.#mounts;
  }

  /** Adds a mount; one that stood at the same point is replaced and returned. */
  add(mount: Mount): Mount | undefined {
    const at = this.#mounts.findIndex(({ point }) => point === mount.point);
    const replaced = at < 0 ? undefined : this.#mounts.splice(at, 1)[0];
    this.#mounts.push(mount);
    this.#mounts.sort((a, b) => b.point.length - a.point.length);
    this.#root = this.#mounts.find(({ point }) => point === "");
    this.apps[mount.name] ??= mount.app.target;
    return replaced;
  }

  /** The mount with the longest point that is a whole-segment prefix of the path. */
  match(path: string): Mount | undefined {
    const mounts = this.#mounts;
    const last = this.#root ? mounts.length - 1 : mounts.length;
    for (let at = 0; at < last; at++) {
      const mount = mounts[at]!;
      const { point } = mount;
      if (path.startsWith(point) && (path.length === point.length || path.charCodeAt(point.length) === 47)) return mount;
    }
    return this.#root;
  }
}
