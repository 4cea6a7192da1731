/** The two dialects, by the kind of alias that speaks them. */
export type Dialect = "postgresql" | "sqlite3";

/** A named placeholder and where it stands. */
export interface Mark {
  readonly at: number;
  readonly end: number;
  readonly name: string;
}

/** What a statement wants to be given. */
export interface Placeholders {
  /** The highest number of `$1`, `$2`, ...; 0 where there is none. */
  readonly highest: number;
  /** How many `?` without a number there are (SQLite). */
  readonly anonymous: number;
  /** `$name`; of SQLite also `:name` and `@name`. */
  readonly marks: readonly Mark[];
}

/** What a placeholder, or something that may look like one, can begin with; whole words, so that nothing is found inside of them. */
const openings = /--|\/\*|['"`[?]|\$(?:\d+|[A-Za-z_\u0080-\uffff]\w*|)|[:@][A-Za-z_]\w*|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|::/g;

/** Finds the placeholders of a statement; those in strings, quoted names and comments are none. */
export const findPlaceholders = (text: string, dialect: Dialect): Placeholders => {
  const isSqlite = dialect === "sqlite3";
  const marks: Mark[] = [];
  let highest = 0;
  let anonymous = 0;
  let at = 0;
  for (;;) {
    openings.lastIndex = at;
    const found = openings.exec(text);
    if (!found) return { highest, anonymous, marks };
    const [word] = found;
    const from = found.index;
    const end = from + word.length;
    at = end;
    if (word === "--") at = after(text, "\n", end);
    else if (word === "/*") at = afterComment(text, end, !isSqlite);
    else if (word === "'" || word === '"') at = after(text, word, end);
    else if (word === "`" && isSqlite) at = after(text, "`", end);
    else if (word === "[" && isSqlite) at = after(text, "]", end);
    else if ((word === "e" || word === "E") && text[end] === "'" && !isSqlite) at = afterEscapes(text, end + 1);
    else if (word === "?" && isSqlite) {
      const [digits = ""] = /^\d*/.exec(text.slice(end, end + 8)) ?? [];
      if (digits === "") anonymous++;
      else highest = Math.max(highest, Number(digits));
      at = end + digits.length;
    } else if (word.startsWith("$")) {
      const name = word.slice(1);
      // $tag$ ... $tag$ is a string of PostgreSQL's.
      if (text[end] === "$" && !isSqlite && !/^\d/.test(name)) at = after(text, `${word}$`, end + 1);
      else if (/^\d/.test(name)) highest = Math.max(highest, Number(name));
      else if (name !== "") marks.push({ at: from, end, name });
    } else if (isSqlite && /^[:@]./.test(word) && word !== "::") marks.push({ at: from, end, name: word.slice(1) });
  }
};

/** The place behind the next `closing`; a doubled one opens again what it closes, which comes to the same. */
const after = (text: string, closing: string, from: number): number => {
  const at = text.indexOf(closing, from);
  return at < 0 ? text.length : at + closing.length;
};

/** The place behind a string in which a backslash escapes. */
const afterEscapes = (text: string, from: number): number => {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\" || (text[at] === "'" && text[at + 1] === "'")) at++;
    else if (text[at] === "'") return at + 1;
  }
  return text.length;
};

const afterComment = (text: string, from: number, nests: boolean): number => {
  const edges = /\/\*|\*\//g;
  edges.lastIndex = from;
  for (let depth = 1; ;) {
    const edge = edges.exec(text);
    if (!edge) return text.length;
    if (edge[0] === "*/") depth--;
    else if (nests) depth++;
    if (depth === 0) return edges.lastIndex;
  }
};
