/** Directives by lower-case name; `true` for one without a value. */
export type Directives = ReadonlyMap<string, string | true>;

const directive = /([^\s=,;"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;
const none: Directives = new Map();
/** Sums of times stay exact far above it; RFC 9111 section 1.2.2 wants at least this. */
const longestSeconds = 2 ** 31;

/**
 * Reads `Cache-Control` (RFC 9111 section 5.2). Of a directive that stands twice the first counts, but of `no-cache` and `private` the form
 * without fields, which is the stricter one.
 *
 * @example parseCacheControl('max-age=60, private="set-cookie"').get("max-age") // "60"
 */
export const parseCacheControl = (header: string | undefined): Directives => {
  if (header === undefined || header === "") return none;
  const directives = new Map<string, string | true>();
  for (const [, written, quoted, bare] of header.matchAll(directive)) {
    const name = written!.toLowerCase();
    const value = quoted ?? (bare === "" ? undefined : bare) ?? true;
    const earlier = directives.get(name);
    if (earlier === undefined) directives.set(name, value);
    else if (name === "no-cache" || name === "private")
      directives.set(name, earlier === true || value === true ? true : `${earlier},${value}`);
  }
  return directives;
};

/**
 * Milliseconds of a directive that counts seconds; undefined when it is not there.
 *
 * @param invalid what a value that is no whole number counts as.
 */
export const secondsOf = (directives: Directives, name: string, invalid: number): number | undefined => {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return typeof value === "string" && /^\d+$/.test(value) ? Math.min(Number(value), longestSeconds) * 1000 : invalid;
};

/** The fields that `no-cache="..."` or `private="..."` names, in lower case; undefined when the directive is absent or names none. */
export const fieldsNamed = (directives: Directives, name: string): readonly string[] | undefined => {
  const value = directives.get(name);
  if (typeof value !== "string") return undefined;
  const fields = value.split(",").flatMap((field) => field.trim().toLowerCase() || []);
  return fields.length === 0 ? undefined : fields;
};

/** Whether a directive is there without naming fields, and so speaks of the whole response. */
export const isUnqualified = (directives: Directives, name: string): boolean =>
  directives.has(name) && fieldsNamed(directives, name) === undefined;
