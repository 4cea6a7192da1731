import { Bucket, type Match } from "./bucket.ts";
import type { Rule } from "./rule.ts";

/** A path that has a route only with a slash at its end. */
export const slashMissing: unique symbol = Symbol("slash missing");

/** A path whose percent-encoding is malformed. */
export const malformed: unique symbol = Symbol("malformed path");

/** What {@link Router.find} tells about a path. */
export type Found<Target> = Match<Target> | typeof slashMissing | typeof malformed | undefined;

/**
 * Finds the target of a path: first the rule that is exactly this path, then the rule that is this path and a slash, then the rule with
 * parameters whose text before the first of them is the longest, and among these the one that was added first.
 */
export class Router<Target> {
  readonly #targets = new Map<string, Target>();
  readonly #exact = new Map<string, Match<Target>>();
  readonly #buckets = new Map<string, Bucket<Target>>();
  #count = 0;
  /** Length of the longest prefix in {@link #buckets}: longer ones need no look. */
  #longest = 0;
  #endsInSlash = false;

  /** The target of a rule of this pattern, if one was added. */
  get(rule: Rule): Target | undefined {
    return this.#targets.get(rule.pattern);
  }

  add(rule: Rule, target: Target): void {
    this.#targets.set(rule.pattern, target);
    if (rule.parameters.length === 0) return void this.#exact.set(rule.prefix, { target, values: [] });
    const bucket = this.#buckets.get(rule.prefix) ?? new Bucket<Target>();
    this.#buckets.set(rule.prefix, bucket);
    this.#longest = Math.max(this.#longest, rule.prefix.length);
    bucket.add(rule, this.#count++, target);
    this.#endsInSlash ||= rule.text.endsWith("/");
  }

  /** @param path below the mount point, as it was sent. */
  find(path: string): Found<Target> {
    const exact = this.#exact.get(path);
    if (exact) return exact;
    if (!path.includes("%")) return this.#search(path, path);
    try {
      return this.#search(decoded(path), path);
    } catch (error) {
      if (error instanceof URIError) return malformed;
      throw error;
    }
  }

  #search(path: string, raw: string): Found<Target> {
    const exact = this.#exact.get(path);
    if (exact) return exact;
    if (this.#exact.has(`${path}/`)) return slashMissing;
    if (this.#buckets.size === 0) return undefined;
    const found = this.#parametric(path, raw);
    if (found || !this.#endsInSlash || path.endsWith("/")) return found;
    return this.#parametric(`${path}/`, `${raw}/`) && slashMissing;
  }

  #parametric(path: string, raw: string): Match<Target> | undefined {
    let segments: string[] | undefined;
    let rawSegments: string[] = [];
    let from = -1;
    for (let end = Math.min(path.length, this.#longest + 1); end > 0;) {
      end = path.lastIndexOf("/", end - 1);
      const bucket = this.#buckets.get(path.slice(0, end));
      if (segments) from--;
      if (!bucket) continue;
      if (!segments) {
        segments = path.slice(1).split("/");
        rawSegments = raw === path ? segments : raw.slice(1).split("/");
        from = countSlashes(path, end);
      }
      const match = bucket.match(segments, rawSegments, from);
      if (match) return match;
    }
    return undefined;
  }
}

const countSlashes = (path: string, end: number): number => {
  let count = 0;
  for (let at = 0; at < end; at++) if (path.charCodeAt(at) === 47) count++;
  return count;
};

/** Decoded by segment; one that holds an encoded slash stays as it is, since no fixed text can equal it. */
const decoded = (path: string): string =>
  path
    .split("/")
    .map((segment) => {
      const text = segment.includes("%") ? decodeURIComponent(segment) : segment;
      return text.includes("/") ? segment : text;
    })
    .join("/");
