/** Other delimiters for templates, where those of the default are taken by a browser's template language. */
export interface JinjaOverlay {
  /** @default "{{" */
  variableStartString?: string;
  /** @default "}}" */
  variableEndString?: string;
  /** @default "{%" */
  blockStartString?: string;
  /** @default "%}" */
  blockEndString?: string;
  /** @default "{#" */
  commentStartString?: string;
  /** @default "#}" */
  commentEndString?: string;
  /** A line that begins with it is a statement; false for no such lines. @default "%" */
  lineStatementPrefix?: string | false;
  /** A line that begins with it is a comment; false for no such lines. @default "%%" */
  lineCommentPrefix?: string | false;
  /** Drops the line end behind a block. @default true */
  trimBlocks?: boolean;
  /** Drops blanks before a block at the beginning of its line. @default true */
  lstripBlocks?: boolean;
  /** Escapes what templates print. @default true */
  autoescape?: boolean;
}

/** {@link JinjaOverlay} with defaults filled in. */
export type ResolvedOverlay = Required<JinjaOverlay>;

/** The language as it is without {@link Saddle.jinjaOverlay}. */
export const plainSyntax: ResolvedOverlay = {
  variableStartString: "{{",
  variableEndString: "}}",
  blockStartString: "{%",
  blockEndString: "%}",
  commentStartString: "{#",
  commentEndString: "#}",
  lineStatementPrefix: false,
  lineCommentPrefix: false,
  trimBlocks: false,
  lstripBlocks: false,
  autoescape: true,
};

export const resolveOverlay = (overlay: JinjaOverlay): ResolvedOverlay => ({
  ...plainSyntax,
  lineStatementPrefix: "%",
  lineCommentPrefix: "%%",
  trimBlocks: true,
  lstripBlocks: true,
  ...overlay,
});

/** Writes lines that are statements or comments by their prefix as blocks and comments, line by line, so that line numbers stay. */
export const expandLines = (source: string, syntax: ResolvedOverlay): string => {
  const { lineStatementPrefix: statement, lineCommentPrefix: comment } = syntax;
  if (statement === false && comment === false) return source;
  return source
    .split("\n")
    .map((line) => {
      const text = line.trimStart();
      if (comment !== false && text.startsWith(comment)) return `${syntax.commentStartString} ${syntax.commentEndString}`;
      // A block that happens to begin with the prefix is a block.
      if (statement === false || !text.startsWith(statement) || text.startsWith(syntax.blockStartString)) return line;
      const content = text.slice(statement.length).trim().replace(/:$/, "");
      return `${syntax.blockStartString} ${content} ${syntax.blockEndString}`;
    })
    .join("\n");
};
