import type { Stats } from "node:fs";
import { negotiateEncoding, type ContentCoding } from "../http/accept.ts";
import { respond } from "../response/respond.ts";
import type { ResponseSettings } from "../response/settings.ts";
import type { Was } from "../was/was.ts";
import { decodePath, isHidden } from "./file-path.ts";
import { replyWithFile } from "./file-reply.ts";
import { FileStore, isInside, look, variantSuffix } from "./file-store.ts";
import { MaxAges, type MaxAgeRule } from "./max-age.ts";
import type { StaticFile } from "./static-file.ts";

/** A directory whose files are served below a point of the URL space. */
export interface StaticMount {
  /** `""` for the root, else `"/x"`. */
  readonly point: string;
  /** An absolute path. */
  readonly directory: string;
}

export interface StaticFilesOptions {
  /** Several on one point are tried in this order. */
  readonly mounts: readonly StaticMount[];
  /** @default [] */
  readonly maxAge?: readonly MaxAgeRule[];
  /** Bytes of memory for small files. @default 32 MiB */
  readonly cacheSize?: number;
  /** Bytes; larger files are read from disk for each answer. @default 1 MiB */
  readonly maxCachedFile?: number;
  /** The memory to share with other hosts, in place of one of its own. */
  readonly store?: FileStore;
  /** What a directory shows; without one the app answers. @default ["index.htm", "index.html"] */
  readonly index?: readonly string[];
  readonly responses: ResponseSettings;
}

interface Site {
  readonly point: string;
  /** Each ends in `/.`, which changes nothing for the file system and makes the paths below tell which directory they were found in. */
  readonly roots: readonly string[];
}

/** The server's order of preference. */
const codings: readonly ContentCoding[] = ["br", "zstd", "gzip"];
const itself: readonly string[] = [""];

/**
 * The static files of one virtual host.
 *
 * Each request looks at the disk (a few microseconds), so that files made, changed or removed after the start are noticed at once; small contents and all
 * headers come from memory. Where nothing waits for the disk, nothing is a promise.
 */
export class StaticFiles {
  /** Longest point first. */
  readonly #sites: readonly Site[];
  readonly #index: readonly string[];
  readonly #ages: MaxAges;
  readonly #store: FileStore;

  /** @throws SKITAI_REACTOR_BAD_OPTION for a bad max-age rule. */
  constructor(options: StaticFilesOptions) {
    const points = Map.groupBy(options.mounts, ({ point }) => point);
    this.#sites = [...points]
      .map(([point, mounts]) => ({ point, roots: mounts.map(({ directory }) => `${directory.replace(/[/\\]+$/, "")}/.`) }))
      .toSorted((a, b) => b.point.length - a.point.length);
    this.#index = options.index ?? ["index.htm", "index.html"];
    this.#ages = new MaxAges(options.maxAge ?? []);
    const { cacheSize, maxCachedFile, responses } = options;
    this.#store = options.store ?? new FileStore({ cacheSize, maxCachedFile, server: responses.server });
  }

  /**
   * Answers a GET or HEAD if its path names a file, or a directory (308 to the form with a slash).
   *
   * @returns true when it is answered or being answered, false when it is for others to answer.
   */
  serve(was: Was): boolean | Promise<boolean> {
    const path = decodePath(was.path);
    if (path === undefined) return false;
    const site = this.#siteOf(path);
    if (site === undefined || isHidden(path, site.point.length)) return false;
    return this.#search(was, site, path, 0);
  }

  /** The longest point that is a whole-segment prefix. There is no falling back to a shorter one. */
  #siteOf(path: string): Site | undefined {
    for (const site of this.#sites) {
      const { length } = site.point;
      if (path.startsWith(site.point) && (path.length === length || path.charCodeAt(length) === 47)) return site;
    }
    return undefined;
  }

  /** Looks from one place on: in each directory at the path itself, or at the index files of a path that ends in a slash. */
  #search(was: Was, site: Site, path: string, from: number): boolean | Promise<boolean> {
    const below = path.slice(site.point.length);
    const isDirectory = below.endsWith("/");
    const names = isDirectory ? this.#index : itself;
    for (let place = from; place < site.roots.length * names.length; place++) {
      const root = site.roots[Math.floor(place / names.length)]!;
      const file = root + below + names[place % names.length]!;
      const stats = look(file);
      if (stats === undefined) continue;
      if (stats.isFile()) {
        const verdict = this.#store.known(file, undefined, stats);
        if (verdict === undefined) return this.#load(was, site, path, place, { root, file, stats });
        if (verdict.file !== undefined) return this.#answer(was, verdict.file, path);
      } else if (!isDirectory && stats.isDirectory() && isInside(root, file)) return this.#redirect(was, path);
    }
    return false;
  }

  async #load(was: Was, site: Site, path: string, place: number, found: { root: string; file: string; stats: Stats }): Promise<boolean> {
    const file = await this.#store.load({ root: found.root, path: found.file, coding: undefined, stats: found.stats });
    return file === undefined ? this.#search(was, site, path, place + 1) : this.#answer(was, file, path);
  }

  #answer(was: Was, file: StaticFile, path: string): boolean | Promise<boolean> {
    const { headers } = was.req;
    const accepted = headers["accept-encoding"];
    // Ranges are of the file as it is: a client that joins parts must not get them from different variants.
    const variant = accepted === undefined || headers.range !== undefined ? undefined : this.#variant(file, accepted);
    const maxAge = this.#ages.of(path);
    if (variant instanceof Promise) return variant.then((loaded) => replyWithFile(was, loaded ?? file, maxAge, this.#ages));
    return replyWithFile(was, variant ?? file, maxAge, this.#ages);
  }

  /** The precompressed sibling that the client likes best, if it is not older than the file. */
  #variant(file: StaticFile, accepted: string): StaticFile | Promise<StaticFile | undefined> | undefined {
    let offered = codings;
    for (;;) {
      const coding = negotiateEncoding(accepted, offered);
      if (coding === undefined) return undefined;
      const path = file.path + variantSuffix[coding];
      const stats = look(path);
      if (stats?.isFile() && stats.mtimeMs >= file.mtimeMs) {
        file.markVaried();
        const verdict = this.#store.known(path, coding, stats);
        if (verdict === undefined) return this.#store.load({ root: file.root, path, coding, stats });
        if (verdict.file !== undefined) return verdict.file;
      }
      offered = offered.filter((other) => other !== coding);
    }
  }

  /** The path begins with one slash, as must what an outer server took from it: two would name another host. */
  #redirect(was: Was, path: string): boolean {
    const { url = "" } = was.req;
    const query = url.indexOf("?");
    const target = `${was.outerUrl}${encodePath(path)}/`.replace(/^[/\\]+/, "/");
    void respond(was, 308, ["Location", target + (query < 0 ? "" : url.slice(query))], null);
    return true;
  }
}

const encodePath = (path: string): string => encodeURI(path).replace(/[?#]/g, encodeURIComponent);
