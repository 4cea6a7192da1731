/** One row of `docs/errors.md`. */
export interface DocumentedError {
  code: string;
  when: string;
  remedy: string;
}

/** The rows of all tables of `docs/errors.md`: `| code | when | what to do |`. */
export const documentedErrors = (markdown: string): DocumentedError[] =>
  [...markdown.matchAll(/^\| `(SKITAI_\w+)` \|(.*)\|(.*)\|$/gm)].map(([, code = "", when = "", remedy = ""]) => ({
    code,
    when: when.trim(),
    remedy: remedy.trim(),
  }));
