import { ReactorError } from "../errors.ts";

/** Which requests are not logged. Patterns add up; `/` itself is always logged. */
export class LogOff {
  readonly #prefixes: string[] = [];
  readonly #suffixes: string[] = [];

  /**
   * @param patterns `"*.css"` takes URLs (query included) that end so, `"/static/"` and `"/static/*"` those that start so.
   * @throws SKITAI_REACTOR_BAD_OPTION for an empty pattern or one with a `*` elsewhere.
   */
  add(patterns: readonly string[]): void {
    for (const pattern of patterns) check(pattern);
    for (const pattern of patterns) {
      if (pattern.startsWith("*")) this.#suffixes.push(pattern.slice(1));
      else this.#prefixes.push(pattern.endsWith("*") ? pattern.slice(0, -1) : pattern);
    }
  }

  /** Whether a request for this URL stays out of the log. */
  excludes(url: string): boolean {
    if (url === "/") return false;
    for (const prefix of this.#prefixes) if (url.startsWith(prefix)) return true;
    for (const suffix of this.#suffixes) if (url.endsWith(suffix)) return true;
    return false;
  }
}

const check = (pattern: string): void => {
  if (typeof pattern !== "string")
    throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "logOff", value: pattern, hint: "A pattern is a string." });
  const inner = pattern.startsWith("*") ? pattern.slice(1) : pattern.replace(/\*$/, "");
  if (pattern !== "" && !inner.includes("*")) return;
  const hint = 'Write one "*" at the start ("*.css": ends so) or at the end ("/static/*": starts so).';
  throw new ReactorError("SKITAI_REACTOR_BAD_OPTION", { what: "logOff", value: pattern, hint });
};
