import { findPlaceholders } from "../placeholders.ts";
import { parseParameters, type Parameter } from "./parameter.ts";

/** A statement of a file. */
export interface MappedStatement {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

const heading = /^--\s*name:\s*(.*?)\s*$/;
const parametersLine = /^--\s*params:(.*)$/;

/**
 * Reads a file of named statements: each begins with `-- name: theName`, and may declare its parameters with `-- params: ...`.
 *
 * @throws Error with the line and what is wrong
 */
export const parseSqlFile = (content: string): MappedStatement[] => {
  const statements: MappedStatement[] = [];
  const lines = content.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let at = 0; at < lines.length;) {
    const name = heading.exec(lines[at]!)?.[1];
    if (name === undefined) {
      if (!/^\s*(--.*)?$/.test(lines[at]!)) throw lineError(at, 'a statement needs a line "-- name: ..." before it.');
      at++;
      continue;
    }
    let end = at + 1;
    while (end < lines.length && !heading.test(lines[end]!)) end++;
    if (!/^[A-Za-z_]\w*$/.test(name)) throw lineError(at, `"${name}" is no name: letters, digits and _.`);
    if (statements.some((other) => other.name === name)) throw lineError(at, `${name} is there twice.`);
    statements.push(parseStatement(name, lines.slice(at + 1, end), at));
    at = end;
  }
  return statements;
};

const parseStatement = (name: string, lines: readonly string[], at: number): MappedStatement => {
  const declared = lines.map((line) => parametersLine.exec(line)?.[1]).find((found) => found !== undefined);
  const text = lines
    .filter((line) => !parametersLine.test(line))
    .join("\n")
    .trim()
    .replace(/\s*;$/, "");
  try {
    if (!/^\s*[^-\s]/m.test(text.replaceAll(/--[^\n]*/g, ""))) throw new Error("there is no statement.");
    return { name, text, parameters: parametersOf(text, declared) };
  } catch (error) {
    throw lineError(at, `${name}: ${(error as Error).message}`);
  }
};

/** What is declared and what is used must be the same; without a declaration, all that is used is needed. */
const parametersOf = (text: string, declared: string | undefined): readonly Parameter[] => {
  const { marks, highest } = findPlaceholders(text, "postgresql");
  if (highest > 0) throw new Error("parameters have names here, $id and not $1.");
  const used = [...new Set(marks.map((mark) => mark.name))];
  if (declared === undefined) return used.map((name) => ({ name, type: "any", isOptional: false, defaultValue: null }));
  const parameters = parseParameters(declared);
  const unknown = used.find((name) => !parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined) throw new Error(`$${unknown} is used and not declared.`);
  const idle = parameters.find(({ name }) => !used.includes(name));
  if (idle) throw new Error(`${idle.name} is declared and not used.`);
  return parameters;
};

const lineError = (at: number, reason: string): Error => new Error(`line ${at + 1}: ${reason}`);
