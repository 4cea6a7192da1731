import type { Stats } from "node:fs";
import mime from "mime";
import type { ContentCoding } from "../http/accept.ts";
import type { FlatHeaders } from "../http/types.ts";
import type { ByteRange } from "./byte-range.ts";
import type { MaxAges } from "./max-age.ts";
import type { Validators } from "./preconditions.ts";

export interface StaticFileParts {
  /** The mounted directory in which it was found. */
  readonly root: string;
  /** As it was found, symbolic links not followed. */
  readonly path: string;
  /** Links followed; lies inside the real root. */
  readonly realPath: string;
  readonly stats: Stats;
  /** The content where it is small; undefined where it is read from disk for each answer. */
  readonly body: Buffer | undefined;
  /** The coding of a precompressed variant, whose path then ends in `.br`, `.zst` or `.gz`. */
  readonly coding: ContentCoding | undefined;
  readonly server: string | undefined;
}

/**
 * One file as it was at one moment, with the headers that describe it made ready.
 *
 * Its entity tag is strong, made of modification time (microseconds) and size, so that it is the same on each machine that has a true copy; variants in
 * other codings have other tags. Content that changes within the tick of the file system's clock and keeps its size goes unnoticed by it.
 */
export class StaticFile implements Validators {
  readonly root: string;
  readonly path: string;
  readonly realPath: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly body: Buffer | undefined;
  readonly etag: string;
  readonly modified: number;
  readonly lastModified: string;
  readonly #parts: StaticFileParts;
  readonly #type: string;
  #varies: boolean;
  /** The head of a whole answer for {@link #maxAge}; its last value is `Expires` where there is a max-age. */
  #head: FlatHeaders | undefined;
  #maxAge = 0;

  constructor(parts: StaticFileParts) {
    const { stats, coding } = parts;
    this.root = parts.root;
    this.path = parts.path;
    this.realPath = parts.realPath;
    this.size = stats.size;
    this.mtimeMs = stats.mtimeMs;
    this.body = parts.body;
    const { etag, modified, lastModified } = validatorsOf(stats, coding);
    this.etag = etag;
    this.modified = modified;
    this.lastModified = lastModified;
    this.#parts = parts;
    this.#type = contentType(coding === undefined ? parts.path : parts.path.slice(0, parts.path.lastIndexOf(".")));
    this.#varies = coding !== undefined;
  }

  /** Whether a look at the path finds this very file, unchanged. */
  isStill(stats: Stats): boolean {
    return sameFile(this.#parts.stats, stats);
  }

  /** The same path after a change, read from disk. */
  changedTo(stats: Stats): StaticFile {
    const changed = new StaticFile({ ...this.#parts, stats, body: undefined });
    if (this.#varies) changed.markVaried();
    return changed;
  }

  /** There are variants in other codings, which caches must be told. */
  markVaried(): void {
    if (this.#varies) return;
    this.#varies = true;
    this.#head = undefined;
  }

  /** The headers of status 200. The list is shared: write it, do not keep it. */
  head(maxAge: number, ages: MaxAges): FlatHeaders {
    if (this.#head === undefined || this.#maxAge !== maxAge) {
      this.#maxAge = maxAge;
      this.#head = [...this.#described(String(this.size)), ...this.#validated(), ...caching(maxAge)];
    }
    if (maxAge > 0) this.#head[this.#head.length - 1] = ages.expires(maxAge);
    return this.#head;
  }

  /** The headers of status 206. */
  partHead({ start, end }: ByteRange, maxAge: number, ages: MaxAges): FlatHeaders {
    const range = ["Content-Range", `bytes ${start}-${end}/${this.size}`];
    return [...this.#described(String(end - start + 1)), ...range, ...this.#validated(), ...caching(maxAge, ages)];
  }

  /** The headers of status 304: those that update a client's copy (RFC 9110 section 15.4.5). */
  notModifiedHead(maxAge: number, ages: MaxAges): FlatHeaders {
    return ["ETag", this.etag, ...this.#common(), ...caching(maxAge, ages)];
  }

  #described(length: string): FlatHeaders {
    const { coding } = this.#parts;
    const headers = ["Content-Type", this.#type, "Content-Length", length, "X-Content-Type-Options", "nosniff", "Accept-Ranges", "bytes"];
    if (coding !== undefined) headers.push("Content-Encoding", coding);
    return headers;
  }

  #validated(): FlatHeaders {
    return ["ETag", this.etag, "Last-Modified", this.lastModified, ...this.#common()];
  }

  #common(): FlatHeaders {
    const headers = this.#varies ? ["Vary", "Accept-Encoding"] : [];
    if (this.#parts.server !== undefined) headers.push("Server", this.#parts.server);
    return headers;
  }
}

/** What a file is compared by, and its last change as an HTTP date. */
export const validatorsOf = (stats: Stats, coding?: ContentCoding): Validators & { lastModified: string } => {
  // A date in the future is not for sending (RFC 9110 section 8.8.2.1).
  const modified = Math.floor(Math.min(stats.mtimeMs, Date.now()) / 1000);
  return {
    etag: `"${Math.round(stats.mtimeMs * 1000).toString(36)}-${stats.size.toString(36)}${coding === undefined ? "" : `-${coding}`}"`,
    modified,
    lastModified: new Date(modified * 1000).toUTCString(),
  };
};

/** Whether two looks found the same file with the same content. The change time tells what a restored modification time hides. */
export const sameFile = (a: Stats, b: Stats): boolean =>
  a.mtimeMs === b.mtimeMs && a.size === b.size && a.ctimeMs === b.ctimeMs && a.ino === b.ino && a.dev === b.dev;

const caching = (maxAge: number, ages?: MaxAges): FlatHeaders =>
  maxAge > 0 ? ["Cache-Control", `max-age=${maxAge}`, "Expires", ages?.expires(maxAge) ?? ""] : [];

const contentType = (path: string): string => {
  const type = mime.getType(path) ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
};
