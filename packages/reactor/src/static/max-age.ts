import { ReactorError } from "../errors.ts";

/** How long clients may keep what is below a path. */
export interface MaxAgeRule {
  /** A URL path, matched by whole segments: `"/"`, `"/js"`, `"/favicon.ico"`. */
  readonly prefix: string;
  /** 0 sends no header. */
  readonly seconds: number;
}

/**
 * Rules from seconds by prefix.
 *
 * @throws SKITAI_REACTOR_BAD_OPTION as {@link MaxAges}.
 */
export const maxAgeRules = (seconds: Readonly<Record<string, number>>): MaxAgeRule[] =>
  Object.entries(seconds).map(([prefix, most]) => checked({ prefix, seconds: most }));

/** More means as much (RFC 9111 section 1.2.2). */
const longest = 2 ** 31;

/** The max-age rules of one virtual host; the longest prefix wins. */
export class MaxAges {
  readonly #rules: readonly MaxAgeRule[];
  readonly #expires = new Map<number, string>();
  #now = 0;

  /** @throws SKITAI_REACTOR_BAD_OPTION for a prefix that is no path, and for seconds that are not 0 or more. */
  constructor(rules: readonly MaxAgeRule[]) {
    this.#rules = rules.map((rule) => normalized(checked(rule))).toSorted((a, b) => b.prefix.length - a.prefix.length);
  }

  /** The seconds for a decoded path; 0 for none. */
  of(path: string): number {
    for (const { prefix, seconds } of this.#rules) {
      if (path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 47)) return seconds;
    }
    return 0;
  }

  /** The `Expires` date so many seconds from now (RFC 9110 section 5.6.7), made once in each second. */
  expires(seconds: number): string {
    const now = Math.floor(Date.now() / 1000);
    if (now !== this.#now) {
      this.#now = now;
      this.#expires.clear();
    }
    let text = this.#expires.get(seconds);
    if (text === undefined) this.#expires.set(seconds, (text = new Date((now + seconds) * 1000).toUTCString()));
    return text;
  }
}

const checked = ({ prefix, seconds }: MaxAgeRule): MaxAgeRule => {
  if (!prefix.startsWith("/"))
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", {
      what: "A max-age prefix",
      value: prefix,
      hint: 'Use a path such as "/" or "/images".',
    });
  if (typeof seconds !== "number" || !(seconds >= 0))
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", {
      what: `The max-age of ${prefix}`,
      value: seconds,
      hint: "Use a number of seconds, 0 for none.",
    });
  return { prefix, seconds };
};

/** As paths are compared: the rule for everything is the empty prefix. */
const normalized = ({ prefix, seconds }: MaxAgeRule): MaxAgeRule => ({
  prefix: prefix.replace(/\/+$/, ""),
  seconds: Math.min(Math.floor(seconds), longest),
});
